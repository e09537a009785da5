"""DNS over UDP and TCP (RFC 1035): one question; any answer to it proves a name server."""

from __future__ import annotations

import secrets
import struct

from kubectl_hostnet.probe.attempt import Attempt, EndedError
from kubectl_hostnet.probe.observation import Answer
from kubectl_hostnet.probe.opening import open_stream
from kubectl_hostnet.probe.udp import exchange

HEADER = struct.Struct("!HHHHHH")  # id, flags, questions, answers, authorities, additionals
RECURSION_DESIRED, RESPONSE, CODE = 0x0100, 0x8000, 0x000F
TYPE_A, TYPE_NS, CLASS_IN = 1, 2, 1
CODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")
LABEL, NAME = 63, 253


async def observe(attempt: Attempt) -> None:
    """Ask for Ask.name, by default for the root's name servers, which every resolver knows."""
    question = query(attempt.target.ask.name, secrets.randbelow(1 << 16))
    if attempt.target.protocol == "UDP":
        message = await exchange(attempt, question, lambda data: answers(data, question))
    else:
        message = await _over_tcp(attempt, question)
    if not answers(message, question):
        raise EndedError("garbage", "the answer is not DNS", message)
    code = HEADER.unpack_from(message)[1] & CODE
    count = HEADER.unpack_from(message)[3]
    words = CODES[code] if code < len(CODES) else f"RCODE{code}"
    attempt.answer = Answer("dns", words, f"{count} answers for {attempt.target.ask.name or '.'}")


def query(name: str, identifier: int) -> bytes:
    """A question for the address of a name, or for the name servers of the root when it is empty."""
    encoded = _encoded([label for label in name.strip(".").split(".") if label])
    kind = TYPE_A if len(encoded) > 1 else TYPE_NS
    return HEADER.pack(identifier, RECURSION_DESIRED, 1, 0, 0, 0) + encoded + struct.pack("!HH", kind, CLASS_IN)


def answers(message: bytes, question: bytes) -> bool:
    """The message is a response with the question's identifier."""
    return len(message) >= HEADER.size and message[:2] == question[:2] and bool(message[2] & RESPONSE >> 8)


def _encoded(names: list[str]) -> bytes:
    try:
        labels = [name.encode() if name.isascii() else name.encode("idna") for name in names]
    except UnicodeError:
        labels = [b"?" * NAME]
    encoded = b"".join(bytes([min(len(label), NAME)]) + label for label in labels) + b"\0"
    if len(encoded) > NAME or any(len(label) > LABEL for label in labels):
        raise EndedError("own", "this is no DNS name: " + ".".join(names))
    return encoded


async def _over_tcp(attempt: Attempt, question: bytes) -> bytes:
    stream = await open_stream(attempt)
    attempt.begin("answer")
    await stream.send(struct.pack("!H", len(question)) + question)
    data = b""
    while len(data) < 2 + HEADER.size:
        more = await stream.receive()
        if not more:
            raise EndedError("closed", "the connection was closed before an answer came", data)
        attempt.finish()
        data += more
        attempt.data = data
    return data[2:]
