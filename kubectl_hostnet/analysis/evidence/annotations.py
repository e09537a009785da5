"""Evidence: annotations of a Pod that tell a scraper where to ask (`prometheus.io/port` and its relatives)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kubectl_hostnet.analysis.claims import Confidence
from kubectl_hostnet.analysis.evidence.address import endpoint, port_number
from kubectl_hostnet.analysis.evidence.hint import Hint

SCRAPED = re.compile(r"(?:^|[./-])(?:prometheus|metrics|scrape|probe|monitoring|stats)", re.IGNORECASE)
PORT_KEY = re.compile(r"(?:^|[/._-])port$", re.IGNORECASE)
# Datadog autodiscovery and Elastic hints: "%%host%%:9100", "${data.host}:9121"
HOST_PORT = re.compile(r"(?:%%host(?:_\w+)?%%|\$\{data\.host\}):(\d{1,5})\b")
ENDPOINT_KEY = re.compile(r"(?:advertise|endpoint)", re.IGNORECASE)


def annotated(annotations: Mapping[str, str]) -> Iterator[Hint]:
    """Hints for the whole Pod; of low confidence where scraping is switched off."""
    for key, value in annotations.items():
        for port in _ports(key, value):
            detail, purpose = f"{key}: {value[:80]}", "metrics" if SCRAPED.search(key) else ""
            yield Hint(
                port,
                "annotation",
                "metadata.annotations",
                detail,
                confidence=_confidence(key, value, annotations),
                purpose=purpose,
            )


def relevant(annotations: Mapping[str, str]) -> dict[str, str]:
    """The annotations that `annotated` looks at."""
    return {key: value for key, value in annotations.items() if _ports(key, value) or key.endswith("/scrape")}


def _ports(key: str, value: str) -> list[int]:
    if PORT_KEY.search(key) and (number := port_number(value)):
        return [number]
    if "host" in value and (found := HOST_PORT.findall(value)):
        return [int(number) for number in found if 0 < int(number) < 65536]
    if key.startswith("kubeadm.") and ENDPOINT_KEY.search(key) and (address := endpoint(value)) and address.port:
        return [address.port]
    return []


def _confidence(key: str, value: str, annotations: Mapping[str, str]) -> Confidence:
    scraped = SCRAPED.search(key) and annotations.get(key.rpartition("/")[0] + "/scrape", "true") != "false"
    return "medium" if scraped or HOST_PORT.search(value) else "low"
