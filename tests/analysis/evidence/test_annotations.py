from __future__ import annotations

import pytest
from claiming import claims_of


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({"prometheus.io/port": "9102"}, [(9102, "medium")]),
        ({"prometheus.io/port": "9102", "prometheus.io/scrape": "true"}, [(9102, "medium")]),
        ({"prometheus.io/port": "9102", "prometheus.io/scrape": "false"}, [(9102, "low")]),
        ({"example.test/port": "9102"}, [(9102, "low")]),
        ({"ad.datadoghq.com/main.instances": '[{"url": "http://%%host%%:9103/metrics"}]'}, [(9103, "medium")]),
        ({"co.elastic.metrics/hosts": "${data.host}:9104"}, [(9104, "medium")]),
        ({"kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint": "10.0.0.1:6443"}, [(6443, "low")]),
        ({"prometheus.io/port": "http", "checksum/config": "9102", "example.test/support": "80"}, []),
    ],
)
def test_annotations(annotations: dict[str, str], expected: list[tuple[int, str]]) -> None:
    claims = claims_of({}, metadata={"annotations": annotations})
    assert [(claim.port, claim.confidence) for claim in claims] == expected
