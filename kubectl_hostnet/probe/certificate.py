"""The few fields of an X.509 certificate (RFC 5280) that an operator asks for.

Python's ssl decodes only certificates that it has verified, and here nothing is verified. A reader of these fields is
a page; the `cryptography` library would be 4 MB and 60 ms of start-up for it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from kubectl_hostnet.probe.observation import Certificate

SEQUENCE, INTEGER, OID, UTC_TIME, GENERALIZED_TIME = 0x30, 0x02, 0x06, 0x17, 0x18
VERSION, EXTENSIONS = 0xA0, 0xA3
ALTERNATIVE_NAMES = b"\x55\x1d\x11"  # 2.5.29.17
MAIL, DNS, URI, IP = 0x81, 0x82, 0x86, 0x87
STRINGS = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x14: "latin-1"}  # BMPString, UniversalString, TeletexString
NAMES = {
    b"\x55\x04\x03": "CN", b"\x55\x04\x05": "serialNumber", b"\x55\x04\x06": "C", b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST", b"\x55\x04\x0a": "O", b"\x55\x04\x0b": "OU",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01": "emailAddress", b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19": "DC",
}  # fmt: skip
MOST_NAMES = 100

Element = tuple[int, bytes]


def read_certificate(der: bytes) -> Certificate:
    """The fields of a DER certificate; an empty Certificate for bytes that are none."""
    try:
        return _read(der)
    except (ValueError, IndexError):
        return Certificate()


def _read(der: bytes) -> Certificate:
    certificate = _only(der)
    body = list(_elements(_first(certificate)))
    fields = body[1:] if body[0][0] == VERSION else body
    _serial, _algorithm, issuer, validity, subject = fields[:5]
    times = [_time(element) for element in _elements(validity[1])]
    extensions = next((value for tag, value in fields if tag == EXTENSIONS), b"")
    return Certificate(_name(subject[1]), _name(issuer[1]), tuple(_alternatives(extensions)), times[0], times[1])


def _only(data: bytes) -> bytes:
    tag, value = next(_elements(data))
    if tag != SEQUENCE:
        raise ValueError(tag)
    return value


def _first(data: bytes) -> bytes:
    return next(_elements(data))[1]


def _elements(data: bytes) -> Iterator[Element]:
    """Tag and value of each element; raises ValueError where a length goes beyond the data."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError(length)
        yield tag, data[at : at + length]
        at += length
    if at == 0:
        raise ValueError("empty")


def _name(data: bytes) -> str:
    """A distinguished name as `CN=web,O=Example`, in the order of the certificate."""
    if not data:
        return ""
    pairs = []
    for _set, values in _elements(data):
        for _sequence, pair in _elements(values):
            (_oid, kind), (tag, value) = list(_elements(pair))[:2]
            pairs.append(
                f"{NAMES.get(kind) or _dotted(kind)}={value.decode(STRINGS.get(tag, 'utf-8'), 'backslashreplace')}"
            )
    return ",".join(pairs)


def _dotted(oid: bytes) -> str:
    numbers, number = [], 0
    for byte in oid:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _time(element: Element) -> str:
    """RFC 3339 of a UTCTime (YYMMDDHHMMSSZ; 50 and above is 19xx, RFC 5280 4.1.2.5) or a GeneralizedTime."""
    tag, value = element
    digits = value.decode("ascii").rstrip("Z")
    if tag == UTC_TIME:
        digits = ("19" if int(digits[:2]) >= 50 else "20") + digits
    elif tag != GENERALIZED_TIME:
        raise ValueError(tag)
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:14]}Z"


def _alternatives(extensions: bytes) -> Iterator[str]:
    if not extensions:
        return
    for _tag, extension in _elements(_only(extensions)):
        parts = [value for _kind, value in _elements(extension)]
        if parts[0] == ALTERNATIVE_NAMES:
            names = list(_elements(_only(parts[-1])))
            yield from (text for tag, value in names[:MOST_NAMES] if (text := _alternative(tag, value)))


def _alternative(tag: int, value: bytes) -> str:
    if tag == IP:
        return str(ipaddress.ip_address(value))
    return value.decode("utf-8", "backslashreplace") if tag in (MAIL, DNS, URI) else ""
