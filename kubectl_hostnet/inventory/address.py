"""Addresses of nodes and Pods, with type and family."""

from __future__ import annotations

import ipaddress
from typing import Literal

import msgspec

Family = Literal["IPv4", "IPv6", ""]


class Address(msgspec.Struct, frozen=True, gc=False):
    """An address of a node. `family` is empty for names; types are the API's (kubernetes-facts.md 3.1)."""

    type: str
    address: str
    family: Family


def family_of(address: str) -> Family:
    """The family of an IP address, or "" for a DNS name or anything else."""
    try:
        version = ipaddress.ip_address(address.partition("%")[0]).version
    except ValueError:
        return ""
    return "IPv4" if version == 4 else "IPv6"


def canonical(address: str) -> str:
    """One spelling for one IP address (`fd00:0::1` -> `fd00::1`); a name comes back as it is."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address
