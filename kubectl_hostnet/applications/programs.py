"""The programs that a container starts, as far as its command line tells: wrappers and shells looked through."""

from __future__ import annotations

import re

from kubectl_hostnet.inventory.container import Container

SHELLS = {"sh", "bash", "ash", "dash", "zsh"}
# Programs that start another one, with the number of own operands before it.
WRAPPERS = {
    "env": 0, "exec": 0, "tini": 0, "dumb-init": 0, "catatonit": 0, "nohup": 0, "sudo": 0, "time": 0, "go-runner": 0,
    "kube-log-runner": 0, "docker-entrypoint.sh": 0, "su-exec": 1, "gosu": 1, "chroot": 1, "flock": 1, "timeout": 1,
}  # fmt: skip
# Programs that do a job and are not the application of the image they come with.
TOOLS = SHELLS | {
    "awk", "base64", "busybox", "cat", "chgrp", "chmod", "chown", "cp", "curl", "cut", "date", "dd", "echo", "false",
    "find", "getent", "grep", "hostname", "install", "ip", "ip6tables", "iptables", "ipset", "jq", "kill", "ln", "ls",
    "mkdir", "modprobe", "mount", "mountpoint", "mv", "nsenter", "nslookup", "openssl", "pkill", "printf", "ps", "rm",
    "rmdir", "sed", "sleep", "stat", "sync", "sysctl", "tail", "tar", "tee", "test", "touch", "tr", "true", "umount",
    "unshare", "wget", "xargs", "[", "cd", "set", "export", "trap", "wait", "if", "then", "else", "elif", "fi", "for",
    "while", "until", "do", "done", "case", "esac", "exit", "source", ".", ":", "ulimit", "umask", "local", "return",
}  # fmt: skip
# What ends a simple command, and quoted text, inside of which it does not.
QUOTED_OR_END = re.compile(r"""('[^']*'|"(?:\\.|[^"\\])*")|(?:\r?\n|;|&&|\|\||\||&|\$\(|`|\{|\}|\(|\))+""")
CONTINUED = re.compile(r"\\\r?\n")
ASSIGNMENT = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*=")
DEEPEST = 3  # shells within shells that are followed
KEYWORDS = {"if", "then", "else", "elif", "do", "while", "until", "!", "time"}


def started(container: Container) -> tuple[tuple[str, ...], ...]:
    """The command lines that a container runs: one, or each simple command of its shell script.

    Without `command` the first word of `args` may be an option of the image's own program.
    """
    words = (*container.command, *container.args)
    return _unwrapped(words)


def program_name(command: tuple[str, ...]) -> str:
    """The name of a command line's program, without its folder."""
    return command[0].rsplit("/", 1)[-1] if command else ""


def words(container: Container) -> tuple[str, ...]:
    """Every word of command and args; a shell script's are taken apart, so `sh -c "flanneld --x"` has four words."""
    return tuple(
        part.strip("\"'")
        for word in (*container.command, *container.args)
        for part in (CONTINUED.sub(" ", word).split() if _is_script(word) else (word,))
    )


def _is_script(word: str) -> bool:
    return " " in word.strip() or "\n" in word


def _unwrapped(words: tuple[str, ...], depth: int = 0) -> tuple[tuple[str, ...], ...]:
    while words and ASSIGNMENT.match(words[0]):
        words = words[1:]
    name = program_name(words)
    if name in SHELLS:
        return _in_shell(words, depth)
    if name in WRAPPERS and len(words) > 1:
        return _unwrapped(_operands(words[1:], WRAPPERS[name]), depth)
    return (words,) if words else ()


def _operands(words: tuple[str, ...], skip: int) -> tuple[str, ...]:
    while words and words[0].startswith("-") and words[0] != "--":
        words = words[1:]
    return words[1 + skip :] if words and words[0] == "--" else words[skip:]


def _in_shell(words: tuple[str, ...], depth: int) -> tuple[tuple[str, ...], ...]:
    """What a shell runs: the script after its option -c (also -ec, -xec), or a file."""
    rest = words[1:]
    while rest and rest[0].startswith("-"):
        if not rest[0].startswith("--") and rest[0].endswith("c") and depth < DEEPEST:
            return _commands(rest[1], depth) if len(rest) > 1 else ()
        rest = rest[1:]
    return (rest,) if rest else (words,)


def _commands(script: str, depth: int) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    for part in QUOTED_OR_END.sub(lambda end: end[1] or "\0", CONTINUED.sub(" ", script)).split("\0"):
        words = tuple(word.strip("\"'") for word in part.split())
        while words and words[0] in KEYWORDS:
            words = words[1:]
        if words and not words[0].startswith("#"):
            found.extend(_unwrapped(words, depth + 1))
    return tuple(found)
