"""HTTP/1.1 and HTTPS: one request, and the head of the answer.

A client of its own, because it has to show what others hide: which phase took how long, what came instead of HTTP, and
where an answer was cut off. It follows no redirect, keeps no cookie, decompresses nothing, and reads a bounded head.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from kubectl_hostnet import __version__
from kubectl_hostnet.probe.attempt import Attempt, EndedError, Stream
from kubectl_hostnet.probe.limits import BODY, HEAD, HEADERS, QUIET
from kubectl_hostnet.probe.observation import Ask, Http, Target
from kubectl_hostnet.probe.opening import open_stream

STATUS_LINE = re.compile(rb"HTTP/(\d\.\d|\d) (\d{3})(?: (.*))?")
UNSAFE = re.compile(r"[^\x21-\x7e]+")  # in a request's path
LINE_ENDS = re.compile(r"[\r\n\0]+")
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
# A server that knows no HEAD, hides the page from it, or answers a bare "bad request" says more to the next method.
RETRY_STATUSES = frozenset({400, 401, 404, 405, 501})
DEFAULTS = (
    ("User-Agent", f"kubectl-hostnet/{__version__}"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
    ("Connection", "close"),
)
PORTS = {"http": 80, "https": 443}


async def observe(attempt: Attempt) -> None:
    """Ask with each method in turn until one is answered to the point; the last answer is kept."""
    ask, statuses = attempt.target.ask, []
    for method in ask.methods:
        stream = await open_stream(attempt)
        attempt.begin("answer")
        await stream.send(request(attempt.target, method))
        answer = await _answer(attempt, stream, method)
        statuses.append(answer.status)
        attempt.http = _with(answer, tuple(statuses), attempt.http)
        if answer.status not in RETRY_STATUSES:
            return


def request(target: Target, method: str) -> bytes:
    """The request's bytes. A user's header takes the place of the one that this program would send."""
    before, after = _template(target.ask, method)
    host = target.ask.host or _authority(target)
    return b"%bHost: %b%b" % (before, _one_line(host).encode(), after) if after else before


@lru_cache(maxsize=256)
def _template(ask: Ask, method: str) -> tuple[bytes, bytes]:
    """What comes before and after the Host header, which is all that differs between targets; b"" if it was given."""
    given = {name.lower() for name, _value in ask.headers}
    head = [(name, value) for name, value in DEFAULTS if name.lower() not in given] + list(ask.headers)
    lines = "".join(f"{_one_line(name)}: {_one_line(value)}\r\n" for name, value in head) + "\r\n"
    path = UNSAFE.sub(lambda found: quote(found[0]), ask.path)
    first = f"{_one_line(method)} {path} HTTP/1.1\r\n"
    return ((first + lines).encode(), b"") if "host" in given else (first.encode(), f"\r\n{lines}".encode())


def _one_line(text: str) -> str:
    """Without line ends: a header from a Pod's probe must not become two, or a second request."""
    return LINE_ENDS.sub(" ", text)


def _authority(target: Target) -> str:
    host = f"[{target.address.partition('%')[0]}]" if ":" in target.address else target.address
    return host if PORTS.get(target.ask.scheme) == target.port else f"{host}:{target.port}"


def _with(answer: Http, statuses: tuple[int, ...], before: Http | None) -> Http:
    """The later answer; a header that only the earlier one had is kept, for it may name the application."""
    known = {name.lower() for name, _value in answer.headers}
    kept = tuple(header for header in (before.headers if before else ()) if header[0].lower() not in known)
    return Http(
        answer.method, answer.version, answer.status, answer.reason, (*answer.headers, *kept), answer.body, statuses
    )


async def _answer(attempt: Attempt, stream: Stream, method: str) -> Http:
    data = b""
    while True:
        data = await _head(attempt, stream, data)
        head, body = END_OF_HEAD.split(data, maxsplit=1)
        answer = parse(head, method)
        if answer.status >= 200:
            break
        data = body
    if method != "HEAD":
        body = await _more(attempt, stream, body)
    return Http(answer.method, answer.version, answer.status, answer.reason, answer.headers, body[:BODY])


async def _head(attempt: Attempt, stream: Stream, data: bytes) -> bytes:
    """Read until the head's empty line. What has come is kept in the attempt, for a time-out in the middle of it."""
    while not END_OF_HEAD.search(data):
        if len(data) > HEAD:
            raise EndedError("garbage", f"the HTTP head does not end within {HEAD // 1024} kB", data)
        if data and not b"HTTP/".startswith(data[:5]):
            raise EndedError("garbage", "the answer is not HTTP", data)
        more = await stream.receive()
        if not more:
            raise EndedError("closed", "the connection was closed before an answer came", data)
        attempt.finish()
        data += more
        attempt.data = data[:BODY]
    return data


async def _more(attempt: Attempt, stream: Stream, body: bytes) -> bytes:
    """A little of the body, if it comes at once: it may say what the status does not."""
    try:
        with attempt.loop.deadline(QUIET):
            while len(body) < BODY and (more := await stream.receive()):
                body += more
    except (TimeoutError, OSError, EndedError):
        pass
    return body


def parse(head: bytes, method: str) -> Http:
    """The head of an answer. Raises EndedError("garbage") for what is no HTTP/1 head; odd header lines are left out."""
    first, *lines = re.split(rb"\r?\n", head)
    found = STATUS_LINE.fullmatch(first.rstrip())
    if not found:
        raise EndedError("garbage", "the answer is not HTTP", head)
    if len(lines) > HEADERS:
        raise EndedError("garbage", f"the HTTP head has more than {HEADERS} lines", head)
    version, status, reason = found[1], int(found[2]), found[3] or b""
    headers = tuple(_header(line) for line in lines if b":" in line[1:])
    return Http(method, _text(version), status, _text(reason), headers)


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.partition(b":")
    return _text(name.strip()), _text(value.strip())


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
