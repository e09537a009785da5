"""The fault matrix: faults on real nodes with real rules and servers, the verdict that each must give, and what must not be said.

tests/cluster/test_verdicts.py runs it; docs/verdicts.md is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass

DOWN = r"\b(is down|application down|not up)\b"
FIRST_PORT = 26001


@dataclass(frozen=True)
class Case:
    """A fault.

    `what` says what is done, for people. `serves` is what the Pod's container opens (hostnet/listen; {port} is the case's
    own port), `rule` an nftables statement in the node's input hook, `words` options of probe. `verdicts` are those that
    are right, `says` must and `never` must not match the cause and the conclusion.
    """

    name: str
    what: str
    verdicts: tuple[str, ...]
    serves: str = ""
    rule: str = ""
    words: tuple[str, ...] = ()
    says: str = ""
    never: str = ""
    setup: str = ""


HTTP = "tcp://:{port}?do=http"
CASES = (
    Case("reachable", "an HTTP server answers 200", ("reachable",), HTTP, never="firewall|refuse"),
    Case("drop", "a firewall drops the packets", ("filtered",), HTTP, "drop", says="firewall", never=rf"{DOWN}|refuse"),
    Case(
        "reject-reset", "a firewall rejects with a TCP reset", ("refused",), HTTP, "reject with tcp reset",
        says="firewall", never="certainly",
    ),
    Case("reject-port", "a firewall rejects with ICMP port unreachable", ("rejected",), HTTP, "reject with icmpx port-unreachable", says="REJECT", never=DOWN),
    Case("reject-host", "a firewall rejects with ICMP host unreachable", ("rejected",), HTTP, "reject with icmpx host-unreachable", says="ICMP", never=DOWN),
    Case("reject-prohibited", "a firewall rejects with ICMP administratively prohibited", ("rejected",), HTTP, "reject with icmpx admin-prohibited", says="REJECT", never=DOWN),
    Case("no-route", "this machine has no route to the node's address", ("no-route",), says="no route", never=rf"{DOWN}|firewall drops", setup="unroutable"),
    Case("wrong-address", "nobody has the address that the cluster knows", ("no-route", "filtered"), never="application (is )?down|firewall drops", setup="absent"),
    Case("loopback", "the server is bound to 127.0.0.1", ("refused",), "tcp4://127.0.0.1:{port}?do=http", says=r"127\.0\.0\.1|loopback", never=r"application is down|firewall drops"),
    Case("nothing", "nothing listens on the declared port", ("refused",), says="nothing listens", never="firewall drops"),
    Case("close", "the server accepts and closes", ("reset",), "tcp://:{port}?do=close", words=("--scheme", "http"), says="accepted", never="firewall drops|refused"),
    Case("reset", "the server accepts and resets", ("reset",), "tcp://:{port}?do=reset", words=("--scheme", "http"), says="reset", never="firewall drops|refused"),
    Case("silent", "the server accepts and never says a word", ("unhealthy",), "tcp://:{port}?do=silent", words=("--scheme", "http", "--timeout", "1s"), says="hangs", never="firewall drops|refused"),
    Case("status-503", "the server answers 503", ("unhealthy",), "tcp://:{port}?do=http&status=503", words=("--scheme", "http"), says="503", never="firewall|refused"),
    Case("wrong-application", "another application holds InfluxDB's port", ("wrong-answer",), says="not InfluxDB|someone else", never=r"InfluxDB is healthy|firewall drops", setup="squatter"),
    Case("tls-on-plain", "TLS is spoken to a plain HTTP port", ("tls-error",), HTTP, words=("--scheme", "https"), says="plain HTTP|not TLS", never="firewall|refused"),
    Case("plain-on-tls", "plain HTTP is spoken to a TLS port (the kubelet's)", ("wrong-answer",), words=("--scheme", "http", "--port", "10250"), says="speaks TLS", never="firewall|refused"),
    Case("expired", "the certificate has expired, and --verify-tls asks for it", ("tls-error",), words=("--scheme", "https", "--verify-tls"), says="certificate", never="firewall|refused", setup="expired"),
    Case("expired-unasked", "the certificate has expired, and nobody asks", ("reachable", "reset", "wrong-answer", "unhealthy"), words=("--scheme", "tls"), never="firewall|refused", setup="expired"),
    Case("slow", "the first byte comes after 1.5 s", ("reachable",), "tcp://:{port}?do=http&wait=1500", words=("--scheme", "http"), never="hangs|firewall"),
    Case("too-slow", "the first byte comes after the time-out", ("unhealthy",), "tcp://:{port}?do=http&wait=5000", words=("--scheme", "http", "--timeout", "700ms"), says="hangs|overloaded", never="firewall drops|refused"),
    Case("half-lost", "half of the packets are lost", ("reachable", "filtered", "unhealthy"), HTTP, "numgen random mod 2 0 drop", words=("--timeout", "8s"), never=rf"{DOWN}|refused"),
    Case("garbage", "the server sends bytes that are no protocol", ("wrong-answer",), "tcp://:{port}?do=garbage", words=("--scheme", "http"), says="something else", never="firewall|refused"),
    Case("endless", "the answer's body never ends", ("reachable",), "tcp://:{port}?do=endless", words=("--scheme", "http"), never="firewall|refused"),
    Case("accepts-all", "a proxy on the way accepts every connection", ("wrong-answer",), "", words=("--scheme", "tcp"), says="accepts every connection|accepts connections", never=r"reachable at|InfluxDB", setup="proxy"),
)  # fmt: skip


def port(case: Case) -> int:
    """The port of a case; its place in the table."""
    return FIRST_PORT + CASES.index(case)


def page() -> str:
    """docs/verdicts.md."""
    rows = [
        f"| {case.what} | {' or '.join(f'`{v}`' for v in case.verdicts)} | `probe POD {' '.join(case.words)}`".rstrip().replace(
            " `|", "` |"
        )
        + " |"
        for case in CASES
    ]
    return HEAD + "\n".join(rows) + "\n" + TAIL


HEAD = """# Verdicts

Generated from the cases of tests/verdict_cases.py, which `make cluster-test` runs on real nodes with real nftables rules and
real servers; do not edit. `kubectl hostnet explain verdicts` says what each word means.

| what is wrong | verdict | seen with |
|---|---|---|
"""
TAIL = """
What must never be said is part of each case: a time-out never says that the application is down, a refusal never that it
certainly is (a firewall that rejects with a TCP reset looks the same), and where a port that nobody holds is accepted
too, every verdict from that place is withdrawn.
"""
