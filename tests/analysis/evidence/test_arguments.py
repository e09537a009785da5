"""How software that nobody has described is told to listen: rules alone, no catalog."""

from __future__ import annotations

import pytest
from claiming import claims_of, texts
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--port=9100"], ["9100/TCP"]),
        (["--port", "9100"], ["9100/TCP"]),
        (["--port 9100"], ["9100/TCP"]),
        (["-port", "48999", "-metrics-port", "49100"], ["48999/TCP", "49100/TCP"]),
        (["-p", "80"], ["80/TCP"]),
        (["-p8080"], ["8080/TCP"]),
        (["--web.listen-address=:9100"], ["9100/TCP"]),
        (
            ["--listen-client-urls=https://10.0.0.1:2379,https://127.0.0.1:2379"],
            ["10.0.0.1:2379/TCP", "127.0.0.1:2379/TCP"],
        ),
        (["--metrics-bind-address=127.0.0.1:8080"], ["127.0.0.1:8080/TCP"]),
        (["--http-endpoint=localhost:29603"], ["127.0.0.1:29603/TCP"]),
        (["--secure-listen-address=[::1]:9103"], ["[::1]:9103/TCP"]),
        (["--metricsport=8681"], ["8681/TCP"]),
        (["--validating-webhook=:8444"], ["8444/TCP"]),
        (["--metrics-addr", "https://${LISTEN_ON_ALL_IPS}:9979"], ["9979/TCP"]),
        (["--entrypoints.dns.address=:53/udp"], ["53/UDP"]),
        (["--syslog-listen=udp://0.0.0.0:514"], ["514/UDP"]),
        (["--vxlan-port=4789"], ["4789/UDP"]),
        (["--tunnel-port=6081"], ["6081/UDP"]),
        (["-syslog-addr=0.0.0.0:514"], ["514/UDP"]),
        (["TCP-LISTEN:514,fork", "TCP:127.0.0.1:32379"], ["514/TCP"]),
        (["--secure-port=443", "--bind-address=127.0.0.1"], ["127.0.0.1:443/TCP"]),
        (["--port=80", "--metrics-port=81", "--metrics-bind-address=127.0.0.1"], ["80/TCP", "127.0.0.1:81/TCP"]),
        (["--host", "0.0.0.0", "--port", "8080"], ["8080/TCP"]),
        (["-b", "0.0.0.0:8000"], ["8000/TCP"]),
        (["TCP-LISTEN:32381,fork,reuseaddr", "TCP:127.0.0.1:32379"], ["32381/TCP"]),
        (["-u", "UDP-RECVFROM:6666,bind=127.0.0.1,fork", "OPEN:/x"], ["127.0.0.1:6666/UDP"]),
        (["serve", ":8080"], ["8080/TCP"]),
        (["tcp://0.0.0.0:2375"], ["2375/TCP"]),
        (["-Dserver.port=8081"], ["8081/TCP"]),
        (["-javaagent:/jmx.jar=9404:/config.yaml"], ["9404/TCP"]),
        (["-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005"], ["5005/TCP"]),
        (["--remote=ptcp:6640:127.0.0.1"], ["127.0.0.1:6640/TCP"]),
    ],
)
def test_a_listener(args: list[str], expected: list[str]) -> None:
    assert texts({"args": args}) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["sh", "-c", "while true; do nc -lk -p 8099 -e cat; done"], ["8099/TCP"]),
        (["nc", "-lu", "514"], ["514/UDP"]),
        (["python3", "-m", "http.server", "8000"], ["8000/TCP"]),
        (["python", "manage.py", "runserver", "0.0.0.0:8001"], ["8001/TCP"]),
        (["php", "-S", "0.0.0.0:8002"], ["8002/TCP"]),
        (["/bin/bash", "-c", "wait; exec run --listen=0.0.0.0:9443 2>&1 | tee /log"], ["9443/TCP"]),
        (["sh", "-c", "PORT=8003; exec run --port ${PORT}"], ["8003/TCP"]),
    ],
)
def test_a_listener_in_a_command(command: list[str], expected: list[str]) -> None:
    assert texts({"command": command}) == expected


@pytest.mark.parametrize(
    "args",
    [
        ["--etcd-servers=http://127.0.0.1:2379"],
        ["--kubeconfig=/etc/kubernetes/kubelet.conf", "--master=127.0.0.1:8080"],
        ["--apiserver=https://127.0.0.1:6443"],
        ["--kubelet-port=10250"],
        ["--upstream=http://127.0.0.1:9101/"],
        ["--remote-write-url=http://localhost:9090/api/v1/write"],
        ["--web.external-url=http://127.0.0.1:9093"],
        ["--proxy-server-host=10.0.0.9", "--proxy-server-port=8091"],
        ["--db-host=postgres", "--db-port=5432"],
        ["--advertise-address=10.0.0.1:6443"],
        ["--experimental-distributed-tracing-address=0.0.0.0:4317"],
        ["--csi-address=/csi/csi.sock", "--endpoint=unix:///csi/csi.sock"],
        ["--service-node-port-range=30000-32767"],
        ["--healthz-port=0"],
        ["--metrics-bind-addr=0"],
        ["--listen="],
        ["--port=-1"],
        ["-p", "0"],
        ["--v=2", "--timeout=3000", "--user=1000", "--workers", "8080", "--listen-backlog=128"],
        ["--image=registry.test:5000/a:1.2"],
        ["--server=nfd-master:8080"],
        ["--grpc-addr=$(SERVER):50051", "--prometheus-url=http://$(PROMETHEUS):9090"],
        ["-t", "30", "spire-server:8081"],
        [":99"],
    ],
)
def test_no_listener(args: list[str]) -> None:
    assert texts({"args": args}) == []


@pytest.mark.parametrize(
    "command",
    [
        ["sh", "-c", "until nc -z localhost 1883; do sleep 5; done; curl -s http://127.0.0.1:8080/x; sleep infinity"],
        ["kubectl", "proxy", "--port=0"],
        ["iptables", "-A", "INPUT", "--dport", "80", "-p", "6"],
        ["sh", "-c", "while [ -n \"$(ss -Htanop '( sport = 9443 )')\" ]; do sleep 1; done"],
    ],
)
def test_helpers_do_not_listen(command: list[str]) -> None:
    assert texts({"command": command}) == []


def test_the_nodes_address_is_filled_in_where_the_pod_knows_it() -> None:
    env = [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}}]
    container = {"env": env, "args": ["--secure-listen-address=[$(IP)]:9100"]}
    assert texts(container) == ["10.0.0.1:9100/TCP"]
    (unknown,) = claims_of(container, status={"hostIP": None, "hostIPs": None, "podIP": None, "podIPs": None})
    assert (unknown.bind, unknown.remarks) == ("", ("on the node's own address only",))
    assert not unknown.loopback


def test_evidence_says_where_and_what() -> None:
    (claim,) = claims_of({"args": ["--v=2", "--health-port", "8080"]})
    assert (claim.evidence[0].source, claim.evidence[0].field) == ("argument", "spec.containers[0].args[1]")
    assert claim.evidence[0].detail == "--health-port 8080"
    assert (claim.purpose, claim.confidence) == ("health", "high")


def test_a_flag_takes_the_protocol_that_is_declared_for_its_number() -> None:
    assert texts({"args": ["--port=53"], "ports": [{"containerPort": 53, "protocol": "UDP"}]}) == ["53/UDP"]
    assert texts({"args": ["--port=514"], "ports": [{"containerPort": 514, "protocol": "TCP"}]}) == ["514/TCP"]


@given(
    st.lists(st.text(), max_size=6),
    st.lists(st.text(alphabet=st.sampled_from("-=:0123456789.portlisten/[]{}$() ,*")), max_size=6),
)
def test_no_argument_vector_raises(command: list[str], args: list[str]) -> None:
    for claim in claims_of({"command": command, "args": args}):
        assert 0 < claim.port < 65536
