"""`ports[]` of a container: which of its numbers are ports of the node."""

from __future__ import annotations

from claiming import claims_of, texts


def test_on_the_nodes_network_the_process_listens_on_container_port() -> None:
    """The API refuses such a Pod; a template in a file may still be written so, and nothing forwards the hostPort."""
    assert texts({"ports": [{"containerPort": 8080, "hostPort": 18080}]}) == ["8080/TCP"]
    (claim,) = claims_of({"ports": [{"containerPort": 8080, "hostPort": 18080}]})
    assert claim.evidence[0].detail == "containerPort 8080/TCP"


def test_equal_numbers_are_shown_as_the_host_port() -> None:
    (claim,) = claims_of({"ports": [{"containerPort": 8080, "hostPort": 8080, "name": "web"}]})
    assert (claim.port, claim.evidence[0].detail) == (8080, "hostPort 8080/TCP (web)")


def test_elsewhere_only_host_ports_are_ports_of_the_node() -> None:
    ports = [{"containerPort": 8080, "hostPort": 18080}, {"containerPort": 9090}]
    assert texts({"ports": ports}, host_network=False) == ["18080/TCP"]


def test_an_address_that_a_template_has_not_filled_in_is_no_address() -> None:
    assert texts({"ports": [{"containerPort": 80, "hostPort": 80, "hostIP": "TEMPLATED"}]}) == ["80/TCP"]
