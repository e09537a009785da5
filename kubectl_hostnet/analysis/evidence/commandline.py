"""The command lines that a container runs: `$(NAME)` expanded, wrappers and shells looked through, helpers left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from kubectl_hostnet.analysis.evidence import shell, variables
from kubectl_hostnet.applications.images import image_name
from kubectl_hostnet.applications.programs import KEYWORDS, SHELLS, TOOLS, WRAPPERS
from kubectl_hostnet.inventory.container import Container

# Programs that connect, look or administrate: what stands in their arguments is somebody else's listener.
CLIENTS = frozenset({
    "kubectl", "helm", "crictl", "ctr", "docker", "podman", "nerdctl", "git", "ssh", "scp", "sftp", "telnet", "ping", "dig", "host", "traceroute",
    "redis-cli", "psql", "pg_isready", "mysql", "mysqladmin", "mongo", "mongosh", "etcdctl", "vtysh", "gobgp", "birdc", "birdcl", "calicoctl",
    "ovs-vsctl", "ovs-ofctl", "ovs-appctl", "ovs-dpctl", "ovn-nbctl", "ovn-sbctl", "ovn-appctl", "ovsdb-client", "nft", "tc", "ethtool", "bridge",
    "conntrack", "ss", "netstat", "lsof", "mosquitto_pub", "mosquitto_sub", "wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh", "dockerize",
    "grpc_health_probe", "grpc-health-probe", "grpcurl", "apt-get", "apt", "apk", "yum", "dnf", "pip", "pip3", "npm", "gem", "aws", "gcloud", "az",
    "systemctl", "service", "chronyc", "ntpdate", "influx", "hey", "wrk", "ab", "k6", "locust", "powershell", "New-NetFirewallRule", "yq", "envsubst",
    "ipvsadm", "arping", "nmap", "tcpdump", "journalctl", "logger", "mc", "s3cmd", "rclone", "bfdd-control", "iptables-save", "iptables-restore",
    "ebtables", "iptables-nft", "ip6tables-nft", "iptables-legacy", "kubeadm", "cilium", "hubble", "firewall-cmd", "ufw", "pgrep", "uname",
})  # fmt: skip
SYNTAX = frozenset({"[[", "((", "))", "function", "{", "}"})
HELPERS = (TOOLS | CLIENTS | SYNTAX) - {"busybox"}
# Images of such a program, whose arguments are the program's; `cilium`, `docker`, `influx` are also names of servers' images.
HELPER_IMAGES = frozenset(
    {
        "curl",
        "wget",
        "kubectl",
        "helm",
        "git",
        "aws-cli",
        "wait-for-it",
        "wait-for",
        "grpcurl",
        "k6",
        "locust",
        "hey",
        "etcdctl",
    }
)
STARTERS = {**WRAPPERS, **dict.fromkeys(SHELLS, 0), **dict.fromkeys(("busybox", "nsenter", "unshare", "nice", "ionice", "stdbuf", "setpriv"), 0),
            "s6-setuidgid": 1, "chpst": 0, "setsid": 0, "catchsegv": 0, "strace": 0}  # fmt: skip
DEEPEST = 4  # shells within shells


class Command(msgspec.Struct, frozen=True, gc=False):
    """A program's start. `words` are its arguments, expanded; `shown` and `fields` say how and where each is written.

    `implied`: the program is not written; it is the image's own, called here by the image's name.
    """

    program: str
    words: tuple[str, ...]
    shown: tuple[str, ...]
    fields: tuple[str, ...]
    implied: bool = False

    @property
    def helps(self) -> bool:
        """A helper: it listens nowhere, and addresses in its arguments are others'."""
        return self.program in (HELPER_IMAGES if self.implied else HELPERS)


class _Word(msgspec.Struct, frozen=True, gc=False):
    text: str
    shown: str
    field: str


def command_lines(container: Container, known: Mapping[str, str]) -> tuple[Command, ...]:
    """Every program that a container starts with its arguments; without `command` the image's own takes the `args`."""
    groups = (("command", container.command), ("args", container.args))
    words = [
        _Word(variables.expand(text, known), text, f"{container.field}.{group}[{index}]")
        for group, texts in groups
        for index, text in enumerate(texts)
    ]
    if not container.command and not (words and _starts_program(words[0].text)):
        path = image_name(container.image).path
        words.insert(0, _Word(path[-1] if path else "", "", ""))
    return tuple(_started(words, dict(known), 0))


def idle(container: Container, commands: tuple[Command, ...]) -> bool:
    """The container is told to run helpers only (`sleep infinity`, `tail -f /dev/null`): nothing in it listens."""
    return bool(container.command or container.args) and all(
        c.helps and c.program not in ("source", ".") for c in commands
    )


def _starts_program(word: str) -> bool:
    return word.startswith(("/", "./")) or name_of(word) in STARTERS


def name_of(word: str) -> str:
    """A program's name without its folder."""
    return word.rsplit("/", 1)[-1]


def _started(words: list[_Word], known: dict[str, str], depth: int) -> Iterator[Command]:
    """Look through assignments, control words, wrappers and shells."""
    while words and (
        name_of(words[0].text) in KEYWORDS | {"command", "eval", "{", "("} or shell.assign(words[0].text, known)
    ):
        words = words[1:]
    if not words:
        return
    program = name_of(words[0].text)
    script = _script(words) if depth < DEEPEST else None
    if program == "export":
        for word in words[1:]:
            shell.assign(word.text, known)
    elif script is not None:
        yield from _in_script(script, known, depth + 1)
    elif program in STARTERS and (inner := _wrapped(words)):
        yield from _started(inner, known, depth + 1)
    else:
        texts, shown, fields = (tuple(getattr(word, name) for word in words[1:]) for name in ("text", "shown", "field"))
        yield Command(program, texts, shown, fields, implied=not words[0].field)


def _script(words: list[_Word]) -> _Word | None:
    """The script after a shell's option -c (also -ec, `-euo pipefail -c`, `-c --`); or of an image that is a shell."""
    named = name_of(words[0].text) in SHELLS
    options = [
        i
        for i, word in enumerate(words)
        if word.text.startswith("-") and not word.text.startswith("--") and word.text.endswith("c")
    ]
    if not options or not (named or (words[0].field == "" and options[0] == 1)):
        return None
    rest = [word for word in words[options[0] + 1 :] if word.text != "--"]
    return rest[0] if rest and (named or any(sign in rest[0].text for sign in " \n;")) else None


def _in_script(script: _Word, known: dict[str, str], depth: int) -> Iterator[Command]:
    for command in shell.commands(script.text):
        words = [_Word(shell.expand(word, known), word, script.field) for word in command]
        yield from _started(_split(words, known), known, depth)


def _split(words: list[_Word], known: Mapping[str, str]) -> list[_Word]:
    """A variable that holds several words (`OPTS="--port 80 --debug"; run $OPTS`) comes apart, as in a shell."""
    found: list[_Word] = []
    for word in words:
        several = word.text != word.shown and word.shown.startswith("$") and " " in word.text and bool(known)
        found += [_Word(part, part, word.field) for part in word.text.split()] if several else [word]
    return found


def _wrapped(words: list[_Word]) -> list[_Word]:
    """What a wrapper or a shell starts: after `--`, or after its options (numbers given to them too) and operands."""
    name = name_of(words[0].text)
    operands = STARTERS.get(name, 0)
    texts = [word.text for word in words]
    if "--" in texts and name not in SHELLS:
        return words[texts.index("--") + 1 :]
    rest, previous = words[1:], ""
    while rest and (
        rest[0].text.startswith("-") or (not operands and previous.startswith("-") and rest[0].text.isdigit())
    ):
        previous, rest = rest[0].text, rest[1:]
    return rest[operands:]
