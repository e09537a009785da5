/* Opens the sockets it is told to, in C: PROTOCOL/ADDRESS/PORT[/v6only|/reuse|/connected] ..., and waits.
 *   fork=N     N children that share the sockets
 *   leave      goes on in a network namespace of its own
 *   drop=UID   then lives as another user, without an exec: as nginx's workers do, its descriptors become unreadable
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void open_socket(char *spec) {
    char *protocol = strsep(&spec, "/"), *address = strsep(&spec, "/"), *port = strsep(&spec, "/");
    char *option = spec ? spec : "";
    int six = strchr(address, ':') != NULL, stream = !strcmp(protocol, "tcp"), on = 1;
    struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(port))};
    struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    struct sockaddr *name = six ? (struct sockaddr *)&a6 : (struct sockaddr *)&a4;
    socklen_t size = six ? sizeof a6 : sizeof a4;
    int fd = socket(six ? AF_INET6 : AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM, 0);

    if (fd < 0 || inet_pton(six ? AF_INET6 : AF_INET, address, six ? (void *)&a6.sin6_addr : (void *)&a4.sin_addr) != 1)
        err(1, "socket %s", address);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!strcmp(option, "v6only"))
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (!strcmp(option, "reuse"))
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, name, size))
        err(1, "bind %s %s", address, port);
    if (stream && strcmp(option, "bound") && listen(fd, 8))
        err(1, "listen");
    if (!strcmp(option, "connected") && connect(fd, name, size))
        err(1, "connect");
}

int main(int count, char **words) {
    int children = 0;
    uid_t user = 0;
    for (int i = 1; i < count; i++) {
        if (!strncmp(words[i], "fork=", 5))
            children = atoi(words[i] + 5);
        else if (!strncmp(words[i], "drop=", 5))
            user = atoi(words[i] + 5);
        else if (!strcmp(words[i], "leave") && unshare(CLONE_NEWNET))
            err(1, "unshare");
        else if (!strcmp(words[i], "leave"))
            continue;
        else
            open_socket(words[i]);
    }
    for (int i = 0; i < children && fork(); i++)
        ;
    if (user && (setgid(user) || setuid(user)))
        err(1, "setuid");
    puts("open");
    fflush(stdout);
    for (;;)
        pause();
}
