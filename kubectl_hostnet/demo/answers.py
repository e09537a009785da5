"""What the listeners of the sample cluster say: as little as the real programs, and no less."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import NamedTuple


class Answer(NamedTuple):
    """An HTTP answer; the body is left out for HEAD, and with a status that has none."""

    status: int
    reason: str
    body: str = ""
    kind: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


Responder = Callable[[str, str], Answer]

NOT_FOUND = Answer(404, "Not Found", "404 page not found\n")
NO_BODY = (204, 304)


def influxdb(_method: str, path: str) -> Answer:
    """InfluxDB 2, GET and HEAD alike (docs.influxdata.com, API v2, /ping and /health)."""
    version = (("X-Influxdb-Build", "OSS"), ("X-Influxdb-Version", "v2.7.11"))
    if path == "/ping":
        return Answer(204, "No Content", headers=version)
    if path == "/health":
        health = {
            "name": "influxdb",
            "message": "ready for queries and writes",
            "status": "pass",
            "checks": [],
            "version": "v2.7.11",
        }
        return Answer(200, "OK", json.dumps(health), "application/json", version)
    if path == "/":
        return Answer(200, "OK", "<!doctype html><title>InfluxDB</title>", "text/html; charset=utf-8", version)
    return Answer(404, "Not Found", '{"code":"not found","message":"path not found"}', "application/json", version)


def node_exporter(_method: str, path: str) -> Answer:
    """A page that leads to the metrics."""
    if path == "/":
        return Answer(200, "OK", "<html><head><title>Node Exporter</title></head></html>", "text/html; charset=utf-8")
    return metrics(_method, path)


def metrics(_method: str, path: str) -> Answer:
    """Metrics, and nothing else."""
    text = "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1.7e+09\n"
    return Answer(200, "OK", text, "text/plain; version=0.0.4; charset=utf-8") if path == "/metrics" else NOT_FOUND


def health(_method: str, path: str) -> Answer:
    """A health endpoint."""
    return Answer(200, "OK", "ok") if path in ("/healthz", "/livez", "/readyz") else NOT_FOUND


def nginx(_method: str, _path: str) -> Answer:
    """An ingress controller that knows no host of that name."""
    page = (
        "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n"
    )
    return Answer(404, "Not Found", page + "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", "text/html")


def apiserver(_method: str, path: str) -> Answer:
    """Health and version for everybody, the rest for those with a name."""
    if path == "/version":
        return Answer(200, "OK", json.dumps({"major": "1", "minor": "33", "gitVersion": "v1.33.4"}), "application/json")
    if path in ("/healthz", "/livez", "/readyz"):
        return Answer(200, "OK", "ok")
    message = f'forbidden: User "system:anonymous" cannot get path "{path}"'
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": message,
        "reason": "Forbidden",
        "code": 403,
    }
    return Answer(403, "Forbidden", json.dumps(status), "application/json")


def kubelet(_method: str, _path: str) -> Answer:
    """Nothing without a token."""
    return Answer(401, "Unauthorized", "Unauthorized")


def home_assistant(_method: str, path: str) -> Answer:
    """The page of the web interface, and its manifest."""
    if path == "/":
        return Answer(200, "OK", "<!DOCTYPE html><title>Home Assistant</title>", "text/html; charset=utf-8")
    if path == "/manifest.json":
        return Answer(200, "OK", '{"name": "Home Assistant"}', "application/manifest+json")
    return Answer(404, "Not Found", "404: Not Found")


# What `as:` in cluster.yaml means. None is never a word: the connection stays open, the datagram is lost.
ANSWERS: dict[str, Responder | None] = {
    "influxdb": influxdb,
    "node-exporter": node_exporter,
    "metrics": metrics,
    "health": health,
    "nginx": nginx,
    "nginx-tls": nginx,
    "home-assistant": home_assistant,
    "apiserver": apiserver,
    "kubelet": kubelet,
    "etcd": health,
    "silent": None,
}
# Those that speak TLS, and whether they want a certificate from the client.
TLS: dict[str, bool] = {"apiserver": False, "kubelet": False, "nginx-tls": False, "etcd": True}


def http(answers: str, request: bytes) -> bytes:
    """The bytes of the answer to a request's head."""
    responder = ANSWERS[answers]
    words = request.split(b"\r\n", 1)[0].decode("latin-1").split()
    if responder is None or len(words) != 3 or not words[2].startswith("HTTP/"):
        return b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
    method, path = words[0], words[1].partition("?")[0]
    answer = responder(method, path)
    body = answer.body.encode()
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", f"Date: {formatdate(usegmt=True)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if answer.status not in NO_BODY:
        lines += [f"Content-Type: {answer.kind}", f"Content-Length: {len(body)}"]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return head if method == "HEAD" or answer.status in NO_BODY else head + body
