"""Commands by which a user can see for themselves. Addresses, paths and headers come from elsewhere: all are quoted."""

from __future__ import annotations

import shlex
from functools import lru_cache

from kubectl_hostnet.probe.observation import Ask, Observation

NODE = "NODE"  # stands for the node's name, which an observation does not know


def reaching(observation: Observation, timeout: float = 5) -> str:
    """The same connection with curl, openssl, grpcurl, dig or nc."""
    target = observation.target
    ask, host = target.ask, f"[{target.address}]" if ":" in target.address else target.address
    wait = f"{timeout:g}"
    if ask.scheme in ("http", "https"):
        return _curl(observation, host, wait)
    address, port = shlex.quote(target.address), target.port
    if ask.scheme in ("grpc", "grpcs"):
        plain = "-plaintext" if ask.scheme == "grpc" else "-insecure"
        return f"grpcurl {plain} -max-time {wait} {shlex.quote(f'{host}:{port}')} grpc.health.v1.Health/Check"
    if ask.scheme == "tls":
        return f"openssl s_client -connect {shlex.quote(f'{host}:{port}')} </dev/null"
    if ask.scheme == "dns":
        over = "" if target.protocol == "UDP" else "+tcp "
        return f"dig {over}+time={wait} @{address} -p {port} {shlex.quote(ask.name or '.')} {'A' if ask.name else 'NS'}"
    udp = "u" if target.protocol == "UDP" else ""
    return f"nc -vz{udp} -w {wait} {address} {port}"


def listening(_observation: Observation) -> str:
    """What listens on the node; NODE is replaced by who knows it."""
    return f"kubectl debug node/{NODE} -it --image=busybox -- netstat -lnt"


def routing(observation: Observation) -> str:
    """Which way this machine would take."""
    return f"ip route get {shlex.quote(observation.resolved or observation.target.address)}"


def resolving(observation: Observation) -> str:
    """What this machine's resolver says."""
    return f"getent hosts {shlex.quote(observation.target.address)}"


def _curl(observation: Observation, host: str, wait: str) -> str:
    ask = observation.target.ask
    method = observation.http.method if observation.http else ask.methods[0]
    url = shlex.quote(f"{ask.scheme}://{host}:{observation.target.port}{ask.path}")
    return f"curl -sv -o /dev/null --noproxy '*' --max-time {wait} {_options(ask, method)}{url}"


@lru_cache(maxsize=64)
def _options(ask: Ask, method: str) -> str:
    """The options that do not depend on the address, each quoted and with a space behind."""
    words = ["-I"] if method == "HEAD" else ["-X", method] if method != "GET" else []
    words += ["-k"] if ask.scheme == "https" and not ask.verify else []
    words += ["-H", f"Host: {ask.host}"] if ask.host else []
    for name, value in ask.headers:
        words += ["-H", f"{name}: {value}"]
    return shlex.join(words) + " " if words else ""
