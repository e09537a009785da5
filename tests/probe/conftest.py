"""What the probe tests share."""

from __future__ import annotations

import pytest
from misbehave import Observe

from kubectl_hostnet.probe.limits import Limits
from kubectl_hostnet.probe.observation import Ask, Observation, Target
from kubectl_hostnet.probe.runner import Here


@pytest.fixture
def observe() -> Observe:
    """Observe one port of loopback with a time limit of a second."""

    def _observe(
        port: int, scheme: str = "http", *, address: str = "127.0.0.1", timeout: float = 1.0, **ask: object
    ) -> Observation:
        protocol = str(ask.pop("protocol", "TCP"))
        retries = int(str(ask.pop("retries", 0)))
        target = Target(address, port, protocol, Ask(scheme, **ask))  # type: ignore[arg-type]
        return Here(Limits(timeout=timeout, retries=retries)).observe([target], lambda _: None)[0]

    return _observe
