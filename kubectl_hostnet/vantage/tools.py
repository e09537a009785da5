"""What an image may have to connect with: the command line of each tool, and what its words mean.

Each is run as it is, without a shell, since many images have none. Exit codes: curl's manual; 126 and 127 are POSIX's
for a command that cannot be run; a signal (128 and above, or 1 with busybox's `wget -T` bug) says nothing of the target.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kubectl_hostnet.probe.observation import End, Http, Observation, Phase, Target, Timings
from kubectl_hostnet.text import printable

# The C library's words for errno, as tools print them; glibc, musl and Go differ in case only.
WORDS: tuple[tuple[str, End, str], ...] = (
    ("connection refused", "failed", "ECONNREFUSED"),
    ("no route to host", "failed", "EHOSTUNREACH"),
    ("host is unreachable", "failed", "EHOSTUNREACH"),
    ("network is unreachable", "failed", "ENETUNREACH"),
    ("network unreachable", "failed", "ENETUNREACH"),
    ("permission denied", "failed", "EACCES"),
    ("operation not permitted", "failed", "EPERM"),
    ("connection reset", "reset", "ECONNRESET"),
    ("timed out", "timeout", ""),
    ("timeout", "timeout", ""),
    ("bad address", "unresolved", ""),
    ("could not resolve", "unresolved", ""),
    ("name or service not known", "unresolved", ""),
)
MARK = "hostnet"  # what our own command lines print before their result


@dataclass(frozen=True)
class Ran:
    """What a command in a Pod did. `exit_code` is None when it did not end; `seconds` is wall time with the API's."""

    exit_code: int | None
    out: str
    err: str
    seconds: float


@dataclass(frozen=True)
class Tool:
    """`command` makes the words for a target and a time-out in seconds; `read` makes the observation, or None for "cannot"."""

    name: str
    command: Callable[[Target, float], list[str]]
    read: Callable[[Target, Ran, str], Observation | None]
    http: bool = False


def url_of(target: Target) -> str:
    """The target's URL."""
    host = f"[{target.address}]" if ":" in target.address else target.address
    return f"{'https' if target.ask.scheme == 'https' else 'http'}://{host}:{target.port}{target.ask.path or '/'}"


def _curl(target: Target, timeout: float) -> list[str]:
    words = [
        "curl",
        "-q",
        "-sSv",
        "--noproxy",
        "*",
        "-k",
        "-i",
        "--max-time",
        f"{timeout:g}",
        "--max-filesize",
        "65536",
    ]
    times = "%{time_namelookup} %{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total}"
    words += ["-w", f"\n{MARK} {times}\n"]
    if target.ask.scheme not in ("http", "https"):
        host = f"[{target.address}]" if ":" in target.address else target.address
        return [
            *words,
            "--connect-timeout",
            f"{timeout:g}",
            "-m",
            f"{min(timeout, 2):g}",
            f"telnet://{host}:{target.port}",
        ]
    words += ["-I"] if target.ask.methods[:1] == ("HEAD",) else ["-X", target.ask.methods[0]]
    for name, value in target.ask.headers:
        words += ["-H", f"{name}: {value}"]
    words += ["-H", f"Host: {target.ask.host}"] if target.ask.host else []
    return [*words, "--", url_of(target)]


CURL_ENDS: dict[int, tuple[End, Phase]] = {
    6: ("unresolved", "resolve"), 35: ("tls", "tls"), 52: ("closed", "answer"), 56: ("reset", "answer"),
    1: ("garbage", "answer"), 8: ("garbage", "answer"), 23: ("garbage", "answer"), 60: ("tls", "tls"),
}  # fmt: skip


def _read_curl(target: Target, ran: Ran, vantage: str) -> Observation | None:
    found = re.search(rf"{MARK} ([\d. ]+)", ran.out)
    if not found or ran.exit_code is None:
        return None
    times = [float(value) * 1000 for value in found[1].split()]
    connect = times[1] or None
    timings = Timings(connect=connect, tls=times[2] or None, first_byte=times[3] or None, total=times[4])
    error = _curl_error(ran.err)
    if target.ask.scheme not in ("http", "https"):
        # telnet:// holds the connection open until the time is up: a connection is all that was asked for
        if connect:
            return Observation(target, "answered", vantage=vantage, timings=Timings(connect=connect, total=connect))
        return _failed(target, vantage, error, timings)
    http = parse_http(ran.out, target.ask.methods[0])
    if http:
        return Observation(target, "answered", vantage=vantage, timings=timings, http=http)
    if ran.exit_code == 28:
        return Observation(target, "timeout", "answer" if connect else "connect", vantage, error, timings=timings)
    if ran.exit_code in CURL_ENDS:
        end, phase = CURL_ENDS[ran.exit_code]
        return Observation(target, end, phase, vantage, error, timings=timings, data=b"?" if end == "garbage" else b"")
    return _failed(target, vantage, error, timings) if ran.exit_code == 7 else None


def _curl_error(text: str) -> str:
    """Why: since curl 8 only the verbose lines name the system's error (`* connect to ... failed: Connection refused`)."""
    lines = [line.strip() for line in text.splitlines()]
    named = [line.removeprefix("* ") for line in lines if line.startswith("* ") and "failed: " in line]
    final = [line.removeprefix("curl: ") for line in lines if line.startswith("curl: ")]
    return printable((named or final or [""])[-1])


def parse_http(text: str, method: str) -> Http | None:
    """The last HTTP head in a tool's output (`curl -i`, `wget -S`), or None."""
    heads = list(re.finditer(r"^\s*HTTP/([\d.]+) (\d{3})([^\r\n]*)", text, re.MULTILINE))
    if not heads:
        return None
    last = heads[-1]
    headers = re.findall(
        r"^\s*([A-Za-z0-9-]+):[ \t]*([^\r\n]*)", re.split(r"\r?\n\r?\n", text[last.end() :])[0], re.MULTILINE
    )
    return Http(method, last[1], int(last[2]), last[3].strip(), tuple(headers), b"", (int(last[2]),))


def _wget(target: Target, timeout: float) -> list[str]:
    # Not -T: busybox's wget crashes with it on some builds. `timeout` is busybox's or coreutils'.
    return ["timeout", f"{max(1, round(timeout))}", "wget", "-S", "-O", "/dev/null", url_of(target)]


def _read_wget(target: Target, ran: Ran, vantage: str) -> Observation | None:
    if target.ask.scheme not in ("http", "https"):
        return None
    timings = Timings(connect=ran.seconds * 1000, total=ran.seconds * 1000)
    http = parse_http(ran.err, "GET")
    if http:
        return Observation(target, "answered", vantage=vantage, timings=timings, http=http)
    if ran.exit_code in (124, 143):
        # It does not say whether the connection was made: the weaker statement counts.
        return Observation(
            target, "timeout", "connect", vantage, "no answer", timings=Timings(total=ran.seconds * 1000)
        )
    return _by_words(target, vantage, ran)


def _nc(target: Target, timeout: float) -> list[str]:
    return ["nc", "-z", "-v", "-w", f"{max(1, round(timeout))}", target.address, str(target.port)]


def _busybox_nc(target: Target, timeout: float) -> list[str]:
    # busybox's has no -z; it runs a program once it is connected. Its own options end at the address.
    return ["nc", "-w", f"{max(1, round(timeout))}", target.address, str(target.port), "-e", "true"]


def _read_nc(target: Target, ran: Ran, vantage: str) -> Observation | None:
    if ran.exit_code == 0:
        timings = Timings(connect=ran.seconds * 1000, total=ran.seconds * 1000)
        return Observation(target, "answered", vantage=vantage, timings=timings)
    return _by_words(target, vantage, ran)


def _bash(target: Target, timeout: float) -> list[str]:
    script = f'exec 3<>"/dev/tcp/$1/$2" && echo {MARK} connected'
    return ["timeout", f"{max(1, round(timeout))}", "bash", "-c", script, "bash", target.address, str(target.port)]


def _read_bash(target: Target, ran: Ran, vantage: str) -> Observation | None:
    if f"{MARK} connected" in ran.out:
        timings = Timings(connect=ran.seconds * 1000, total=ran.seconds * 1000)
        return Observation(target, "answered", vantage=vantage, timings=timings)
    if ran.exit_code in (124, 143):
        return Observation(
            target, "timeout", "connect", vantage, "no answer", timings=Timings(total=ran.seconds * 1000)
        )
    return _by_words(target, vantage, ran)


PYTHON = """
import socket, sys
try:
    s = socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3]))
    print("hostnet connected")
except Exception as e:
    sys.stderr.write(str(e))
"""


def _python(name: str) -> Callable[[Target, float], list[str]]:
    return lambda target, timeout: [name, "-c", PYTHON, target.address, str(target.port), f"{timeout:g}"]


def _by_words(target: Target, vantage: str, ran: Ran) -> Observation | None:
    """The meaning of a tool's error message; None when it says nothing known, such as a crash."""
    text = ran.err.strip() or ran.out.strip()
    if "usage:" in text.lower():
        return None  # another build of the tool, with other options
    timings = Timings(total=ran.seconds * 1000)
    return _failed(target, vantage, printable(text.splitlines()[-1]), timings) if _known(text) else None


def _known(text: str) -> tuple[str, End, str] | None:
    return next((row for row in WORDS if row[0] in text.lower()), None)


def _failed(target: Target, vantage: str, error: str, timings: Timings) -> Observation:
    row = _known(error)
    end, code = (row[1], row[2]) if row else ("failed", "")
    phase: Phase = "resolve" if end == "unresolved" else "connect"
    return Observation(target, end, phase, vantage, error, code, timings=timings)


TOOLS = (
    Tool("curl", _curl, _read_curl, http=True),
    Tool("wget", _wget, _read_wget, http=True),
    Tool("nc", _nc, _read_nc),
    Tool("busybox nc", _busybox_nc, _read_nc),
    Tool("bash", _bash, _read_bash),
    Tool("python3", _python("python3"), _read_bash),
    Tool("python", _python("python"), _read_bash),
)
