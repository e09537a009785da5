"""A real API server with as many synthetic Pods as a benchmark wants (`cluster lab`)."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

CLUSTER = os.environ.get("HOSTNET_CLUSTER", "../shared/cluster/cluster")
WRITERS = 8


@contextmanager
def lab() -> Iterator[dict[str, str]]:
    """Start the lab, yield the environment that reaches it, and stop it. One lab at a time on a machine."""
    subprocess.run([CLUSTER, "lab", "down"], check=True, capture_output=True)
    printed = subprocess.run([CLUSTER, "lab", "up"], check=True, capture_output=True, text=True).stdout
    words = next(line for line in printed.splitlines() if line.startswith("export ")).split()[1:]
    pairs = dict(word.split("=", 1) for word in words)
    try:
        yield {
            **os.environ,
            "KUBECONFIG": pairs["KUBECONFIG"],
            "PATH": pairs["PATH"].replace("$PATH", os.environ["PATH"]),
        }
    finally:
        subprocess.run([CLUSTER, "lab", "down"], check=True, capture_output=True)


def create(environment: dict[str, str], path: str, objects: list[dict[str, Any]]) -> None:
    """POST objects to `path`, over several connections; `{namespace}` in the path comes from the object."""
    config = yaml.safe_load(Path(environment["KUBECONFIG"]).read_text())
    host = config["clusters"][0]["cluster"]["server"].removeprefix("https://")
    headers = {"Authorization": f"Bearer {config['users'][0]['user']['token']}", "Content-Type": "application/json"}
    shares = [objects[i::WRITERS] for i in range(WRITERS)]
    failures: list[str] = []

    def write(share: list[dict[str, Any]]) -> None:
        connection = http.client.HTTPSConnection(host, context=ssl._create_unverified_context())  # noqa: S323, SLF001 - loopback
        for item in share:
            target = path.format(namespace=item["metadata"].get("namespace", ""))
            connection.request("POST", target, json.dumps(item), headers)
            response = connection.getresponse()
            body = response.read()
            if response.status >= 300:
                failures.append(body[:300].decode())
                return

    threads = [threading.Thread(target=write, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"the lab refuses the synthetic objects: {failures[0]}")
