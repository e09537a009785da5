"""JSONPath templates and custom columns mean what they mean to the real kubectl, on real lists and on any data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonpath_cases import CASES, DOCUMENT, UNORDERED
from real_cluster import apply, execute, hostnet, kubectl

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.formats import render
from kubectl_hostnet.render.jsonpath import compiled, filled
from kubectl_hostnet.render.view import View

pytestmark = pytest.mark.cluster
CONFUSED = "kubectl lost its way"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("jsonpath") / "document.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


def of_kubectl(template: str, document: Path) -> str | None:
    """What kubectl makes of the template; None when it refuses. `label --local` prints any object without a server."""
    done = execute(
        "kubectl", "label", "--local", "-f", str(document), "my-label=v", "--overwrite", "-o", f"jsonpath={template}"
    )
    if "reflect" in done.err:  # it fills in the body of a loop without elements with nothing, and may panic
        return CONFUSED
    return done.out if done.code == 0 else None


def ours(template: str, data: Any) -> str | None:
    try:
        return filled(compiled(template), data)
    except UsageError:
        return None


@pytest.mark.parametrize(("template", "expected"), CASES)
def test_the_recorded_answers_are_those_of_this_kubectl(template: str, expected: str | None, document: Path) -> None:
    assert of_kubectl(template, document) == expected


@pytest.mark.parametrize(("template", "expected"), UNORDERED)
def test_the_same_for_those_without_an_order(template: str, expected: str, document: Path) -> None:
    assert sorted((of_kubectl(template, document) or "").split()) == sorted(expected.split())


# Paths into DOCUMENT; objects are not taken apart (their order is any), nor empty lists (kubectl stops there).
steps = st.sampled_from([
    ".entries", ".name", ".port", ".list", ".m", ".a", ".b", ".ok", ".f", ".metadata", ".labels", r".app\.kubernetes\.io/name", ".nope",
    "[*]", "[0]", "[1]", "[-1]", "[2]", "[0:1]", "[:1]", "[-1:]", "[::2]", "[0,1]", "['name']", "['m.a']", "['name','port']", "", " ", "$", "@",
    '[?(@.name=="a")]', "[?(@.port>80)]", "[?(@.ok)]", "[?(@.m.b==1)]", "[?(@.nope==1)]", "[?(@.port<='90')]", "[?(@>1)]", "[", "]", ".", "x",
])  # fmt: skip
paths = st.lists(steps, max_size=5).map("".join)
starts = st.sampled_from(["", ".entries[*]", ".entries[0]", ".metadata", ".entries[*].list"])
expressions = st.builds("{{{}{}}}".format, starts, paths)
literals = st.sampled_from([" ", "\t", "text ", '{"\\n"}', "{'q'}", "{1}", "{true}"])
bodies = st.lists(expressions | literals, min_size=1, max_size=3).map("".join)
loops = st.builds("{{range {}{}}}{}{{end}}".format, starts, paths, bodies)
templates = st.lists(bodies | loops, min_size=1, max_size=2).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(template=templates)
def test_any_template_means_the_same_to_both(template: str, document: Path) -> None:
    found, expected = ours(template, DOCUMENT), of_kubectl(template, document)
    assume(expected != CONFUSED)
    if ".." in template and found and expected:
        found, expected = "".join(sorted(found)), "".join(sorted(expected))  # in any order, in kubectl
    assert found == expected


def influx(name: str, **spec: Any) -> dict[str, Any]:
    """A Pod that stays Pending, so that two readings of it are the same."""
    container = {"name": "influxdb", "image": "influxdb", "ports": [{"containerPort": 18090, "name": "http"}]}
    template = {"hostNetwork": True, "nodeSelector": {"no": "such-node"}, "containers": [container], **spec}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": name}},
        "spec": template,
    }


REAL = [
    "{.items[*].metadata.name}",
    '{range .items[*]}{.metadata.name}{"\\t"}{.spec.containers[*].ports[*].hostPort}{"\\n"}{end}',
    '{.items[?(@.metadata.name=="one")].spec.containers[0].image}',
    r"{.items[*].metadata.labels.app\.kubernetes\.io/name}",
    "{.items[*]['metadata.name','status.phase']}",
    "{.items[-1:].spec.nodeSelector}",
    "{.items[0].spec.containers}",
    "{.items[7].metadata.name}",
    "{.kind} has {.items[0].status.podIP}nothing",
    "{$.items[*].spec.hostNetwork}",
]
COLUMNS = [
    "NAME:.metadata.name,PHASE:.status.phase,IP:.status.podIP",
    "NAME:metadata.name,IMAGE:{.spec.containers[*].image},PORTS:.spec.containers[*].ports[*].containerPort",
    r"APP:.metadata.labels.app\.kubernetes\.io/name,HOST:.spec.hostNetwork",
]


@pytest.fixture(scope="module")
def pods(namespace: str) -> Any:
    apply(influx("one"), influx("two", hostNetwork=False), namespace=namespace)
    return json.loads(kubectl("get", "pods", "-n", namespace, "-o", "json"))


@pytest.mark.parametrize("template", REAL)
def test_on_a_list_of_the_cluster(template: str, namespace: str, pods: Any) -> None:
    done = execute("kubectl", "get", "pods", "-n", namespace, "-o", f"jsonpath={template}")
    assert ours(template, pods) == (done.out if done.code == 0 else None)


@pytest.mark.parametrize("columns", COLUMNS)
def test_custom_columns_on_a_list_of_the_cluster(columns: str, namespace: str, pods: Any) -> None:
    expected = kubectl("get", "pods", "-n", namespace, "-o", f"custom-columns={columns}")
    found = render(Report(kind="PodList", items=pods["items"]), "custom-columns", View(0, argument=columns))
    assert [line.split() for line in found.splitlines()] == [line.split() for line in expected.splitlines()]
    assert found.splitlines()[0] == expected.splitlines()[0].rstrip()


def test_through_the_real_kubectl(namespace: str, pods: Any) -> None:
    assert pods["items"]
    template = '{range .items[*]}{.name}={.ports[*].port}{"\\n"}{end}'
    assert hostnet("list", "-n", namespace, "-o", f"jsonpath={template}").out == "one=8086 18090\n"
