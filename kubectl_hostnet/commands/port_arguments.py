"""Ports as users write them: `9100`, `8472/UDP`, `20000-20100`."""

from __future__ import annotations

import re

from kubectl_hostnet.errors import UsageError

PROTOCOLS = ("TCP", "UDP", "SCTP")
PORT = re.compile(r"^(?P<port>[0-9]{1,5})(/(?P<protocol>[A-Za-z]+))?$")
RANGE = re.compile(r"^(?P<first>[0-9]{1,5})-(?P<last>[0-9]{1,5})$")
HIGHEST = 65535


def port_number(text: str, option: str) -> tuple[int, str]:
    """Port and protocol, "" where none is said; raises UsageError that names the option."""
    found = PORT.match(text.strip())
    if not found or not 1 <= int(found["port"]) <= HIGHEST:
        raise UsageError(
            f"invalid port {text!r} for {option}", f"write a port from 1 to {HIGHEST}, such as 9100 or 8472/UDP"
        )
    return int(found["port"]), protocol_name(found["protocol"] or "", option)


def protocol_name(text: str, option: str) -> str:
    """TCP, UDP or SCTP in capitals, or ""; raises UsageError that names the option."""
    if text and text.upper() not in PROTOCOLS:
        raise UsageError(f"invalid protocol {text!r} for {option}", f"choose one of: {', '.join(PROTOCOLS)}")
    return text.upper()


def port_range(text: str, option: str) -> range:
    """All ports of `FIRST-LAST`, both ends included; raises UsageError that names the option."""
    found = RANGE.match(text.strip())
    first, last = (int(found["first"]), int(found["last"])) if found else (0, 0)
    if not 1 <= first <= last <= HIGHEST:
        raise UsageError(f"invalid range {text!r} for {option}", "write it as FIRST-LAST, such as 20000-20100")
    return range(first, last + 1)
