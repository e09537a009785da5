"""Protocols that greet, or answer one line: something is sent, something must come back."""

from __future__ import annotations

from kubectl_hostnet.probe.attempt import Attempt, EndedError
from kubectl_hostnet.probe.limits import BANNER, QUIET
from kubectl_hostnet.probe.observation import Answer
from kubectl_hostnet.probe.opening import open_stream


async def observe(attempt: Attempt) -> None:
    """Send Ask.send and read until Ask.expect has come, the peer has said something else, or is silent."""
    ask = attempt.target.ask
    stream = await open_stream(attempt)
    attempt.begin("answer")
    if ask.send:
        await stream.send(ask.send)
    data = await stream.receive()
    if not data:
        raise EndedError("closed", "the connection was closed without a word")
    attempt.finish()
    try:
        with attempt.loop.deadline(QUIET):
            while ask.expect not in data and len(data) < BANNER and (more := await stream.receive()):
                data += more
    except TimeoutError:
        pass
    attempt.data = data
    attempt.answer = Answer("banner", "expected" if ask.expect in data else "other", text_of(data))


def text_of(data: bytes) -> str:
    """The first line of a greeting, as text."""
    return data[:BANNER].decode("utf-8", "backslashreplace").partition("\n")[0].rstrip("\r")
