"""haproxy.cfg: `bind` lines of frontends, and the old form `listen stats :1936`."""

from __future__ import annotations

import re

from kubectl_hostnet.analysis.evidence.formats.listener import Listener, listener

SECTION = re.compile(r"(?m)^[ \t]*(?:frontend|listen|backend|defaults|global)\b[^;{}\n]*$")
LINE = re.compile(r"(?m)^[ \t]*(?:bind[ \t]+|(?:frontend|listen)[ \t]+\S+[ \t]+)(\S+)(.*)$")
FAMILY = re.compile(r"^(?:ipv4|ipv6|udp|udp4|udp6|quic4|quic6|tcp4|tcp6)@")


def listeners(text: str) -> list[Listener] | None:
    """Addresses of a line are separated by commas; `:::80` is all addresses of both families."""
    if len(SECTION.findall(text)) < 2 or not LINE.search(text):
        return None
    found = []
    for address, options in LINE.findall(text):
        for part in address.split(","):
            protocols = ("UDP",) if part.startswith(("udp", "quic")) else ("TCP",)
            bare = FAMILY.sub("", part)
            bare = "[::]:" + bare[3:] if bare.startswith(":::") else bare
            found.append(
                None
                if "@" in bare or bare.startswith("/") or bare.isdecimal()
                else listener(bare, f"bind {address}{options}", protocols)
            )
    return [one for one in found if one]
