"""The user's kubectl connection: kubeconfig files, contexts, TLS, proxies, and errors that read well."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from builders import listing, pod
from fake_api import FakeApi, Reply, kubeconfig

from kubectl_hostnet.errors import ClusterError, HostnetError, InputError, UsageError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source import credential_plugin
from kubectl_hostnet.source.credentials import credentials, identity
from kubectl_hostnet.source.kubeconfig import Settings, settings
from kubectl_hostnet.source.kubeconfig_files import AuthProvider, ExecPlugin, User
from kubectl_hostnet.source.kubeconfig_files import Cluster as ClusterEntry
from kubectl_hostnet.source.live import Cluster
from kubectl_hostnet.source.proxies import proxy_for
from kubectl_hostnet.source.query import Query

PODS = Query(namespace=None, nodes=False, services=False)


def config(path: Path, **parts: Any) -> Path:
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", **parts}))
    return path


def named(what: str, **entries: Any) -> list[dict[str, Any]]:
    return [{"name": name, what: entry} for name, entry in entries.items()]


def test_several_files_merge_and_the_first_wins(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    one = config(
        tmp_path / "one",
        contexts=named("context", c={"cluster": "k", "user": "u", "namespace": "team"}),
        **{"current-context": "c"},
    )
    two = config(
        tmp_path / "sub" / "two",
        clusters=named("cluster", k={"server": "https://two:1", "certificate-authority": "ca.crt"}),
        contexts=named("context", c={"cluster": "other"}, d={"cluster": "k"}),
        users=named("user", u={"token": "t"}),
        **{"current-context": "d"},
    )
    found = settings(Connection(), {"KUBECONFIG": f"{one}:{tmp_path / 'missing'}:{two}"})
    assert (found.context, found.namespace, found.server) == ("c", "team", "https://two:1")
    assert found.cluster.certificate_authority == str(tmp_path / "sub" / "ca.crt")
    assert found.user.token == "t"


def test_secrets_never_appear_in_repr() -> None:
    user = User(token="hush", password="hush")
    told = Settings(ClusterEntry(server="https://s"), user=user)
    given = credential_plugin.Status(token="hush")
    assert "hush" not in f"{user!r} {told!r} {credentials(told)!r} {given!r}"


@pytest.mark.parametrize(
    ("options", "error", "says", "hint"),
    [
        ({"context": "nope"}, ClusterError, "context 'nope' does not exist", "there are: c"),
        ({"cluster": "nope"}, ClusterError, "cluster 'nope' does not exist", "--cluster"),
        ({"user": "nope"}, ClusterError, "user 'nope' does not exist", "--user"),
        ({"kubeconfig": "/no/such/file"}, ClusterError, "no kubeconfig found (looked for /no/such/file)", "demo"),
        ({"as_group": ["g"]}, UsageError, "but no user", "--as USER"),
        ({"as_uid": "7"}, UsageError, "but no user", "--as USER"),
    ],
)
def test_what_does_not_exist_is_named_with_the_choices(
    tmp_path: Path, options: dict[str, Any], error: type[HostnetError], says: str, hint: str
) -> None:
    path = config(
        tmp_path / "config",
        clusters=named("cluster", k={"server": "https://x"}),
        contexts=named("context", c={"cluster": "k"}),
        **{"current-context": "c"},
    )
    with pytest.raises(error) as caught:
        settings(Connection(**{"kubeconfig": str(path), **options}), {})
    assert says in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not YAML, line 2: "),
        ("users:\n- user: {token: hush\n", "is not YAML, line 3: did not find expected ',' or '}'"),
        ("\x00\x01", "is not YAML: "),
        ("[1, 2]", "is not a Config object: Expected `object`"),
        ("just words", "is not a Config object: Expected `object`"),
        ("clusters: 5", "Expected `array`, got `int` - at `$.clusters`"),
        ("clusters: [3]", "at `$.clusters[0]`"),
        ("users: [{name: u, user: {token: 5}}]", "Expected `str`, got `int` - at `$.users[0].user.token`"),
        ("users: [{name: u, user: {exec: hush}}]", "at `$.users[0].user.exec`"),
        ("users: [{name: u, user: {exec: {command: x, args: 5}}}]", "at `$.users[0].user.exec.args`"),
        ("users: [{name: u, user: {as-groups: 5}}]", "at `$.users[0].user.as-groups`"),
        ("users: [{name: u, user: {auth-provider: 5}}]", "at `$.users[0].user.auth-provider`"),
    ],
)
def test_a_broken_kubeconfig_is_bad_input_and_its_secrets_stay_in_it(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "config").write_text(text)
    with pytest.raises(InputError) as caught:
        settings(Connection(kubeconfig=str(tmp_path / "config")), {})
    assert says in caught.value.message
    assert "hush" not in caught.value.message
    assert "\n" not in caught.value.message


def test_keys_without_a_value_and_unknown_keys_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("""
current-context: c
preferences:
clusters: [{name: k, cluster: {server: "https://x", extensions: , certificate-authority: }}]
contexts: [{name: c, context: {cluster: k, user: u, namespace: }}]
users: [{name: u, user: {token: 2020-01-01, exec: , something-new: [1]}}]
""")
    found = settings(Connection(kubeconfig=str(tmp_path / "config")), {})
    assert (found.server, found.namespace, found.user.token) == ("https://x", "default", "2020-01-01")


def test_an_empty_kubeconfig_is_not_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("")
    with pytest.raises(ClusterError, match="/config names no cluster and no context"):
        settings(Connection(kubeconfig=str(tmp_path / "config")), {})


@pytest.mark.parametrize(
    ("options", "server", "name"),
    [
        ({}, "https://k:6443/prefix", "api.example"),
        ({"server": "https://other"}, "https://other", ""),  # the file's tls-server-name is void then
        ({"server": "other:6443"}, "https://other:6443", ""),  # https, for the cluster has an authority
        ({"server": "http://[::1]:80/"}, "http://[::1]:80", ""),
        ({"tls_server_name": "x"}, "https://k:6443/prefix", "x"),
    ],
)
def test_server_and_its_name_in_the_certificate(
    tmp_path: Path, options: dict[str, Any], server: str, name: str
) -> None:
    cluster = {"server": "https://k:6443/prefix/", "tls-server-name": "api.example", "certificate-authority": "ca"}
    path = config(tmp_path / "config", clusters=named("cluster", k=cluster))
    found = settings(Connection(kubeconfig=str(path), cluster="k", **options), {})
    assert (found.server, found.cluster.tls_server_name) == (server, name)


@pytest.mark.parametrize("server", ["https://", "ftp://x", "https://x:99999", "https://[::1", "https://x:0", "x:y"])
def test_a_server_that_is_no_url(server: str) -> None:
    with pytest.raises(ClusterError, match="address is not a URL") as caught:
        settings(Connection(server=server), {"HOME": "/nonexistent"})
    assert "--server" in caught.value.hint


def test_credentials_in_the_servers_url_are_the_users_and_are_never_shown() -> None:
    found = settings(Connection(server="https://jane:s%40crt@x:6443/"), {"HOME": "/nonexistent"})
    assert found.server == "https://x:6443"
    assert (found.user.username, found.user.password) == ("jane", "s@crt")


@pytest.mark.parametrize("server", ["http://198.51.100.1:8080", "http://api.example"])
def test_nothing_secret_goes_over_plain_http(server: str) -> None:
    user = User(token="secret", client_certificate="/nonexistent", exec=ExecPlugin("no-such-plugin"))
    assert credentials(Settings(ClusterEntry(server=server), user=user)).authorization == ""
    assert credentials(Settings(ClusterEntry(server="http://localhost:1"), user=User(token="t"))).authorization


@pytest.mark.parametrize("secret", ["a\nb", "a\r\nX-Evil: 1", "a\x00"])
def test_what_no_header_can_carry_is_said_without_showing_it(secret: str) -> None:
    with pytest.raises(ClusterError, match="the token holds a control character") as caught:
        identity(User(), f"Bearer {secret}")
    assert secret not in caught.value.message
    with pytest.raises(ClusterError, match="Impersonate-User value"):
        identity(User(as_user=secret), "")


def test_an_authority_and_insecure_replace_each_other(tmp_path: Path) -> None:
    cluster = {"server": "https://k", "insecure-skip-tls-verify": True, "certificate-authority-data": "eA=="}
    path = config(tmp_path / "config", clusters=named("cluster", k=cluster))
    found = settings(Connection(kubeconfig=str(path), cluster="k", certificate_authority="/ca"), {}).cluster
    assert (found.certificate_authority, found.certificate_authority_data) == ("/ca", "")
    assert not found.insecure_skip_tls_verify


@pytest.mark.parametrize(("name", "instead"), [("gcp", "gke-gcloud-auth-plugin"), ("azure", "kubelogin")])
def test_legacy_auth_providers_that_kubectl_has_no_more(name: str, instead: str) -> None:
    user = User(auth_provider=AuthProvider(name))
    with pytest.raises(ClusterError, match=f"auth-provider {name} was removed") as caught:
        credentials(Settings(ClusterEntry(server="https://k"), user=user))
    assert instead in caught.value.hint


def test_an_auth_provider_that_never_was() -> None:
    with pytest.raises(ClusterError, match="there is no auth-provider 'nope', only oidc"):
        credentials(Settings(ClusterEntry(server="https://k"), user=User(auth_provider=AuthProvider("nope"))))


def test_data_that_is_not_base64_is_said() -> None:
    for user in (User(client_certificate_data="!!!!"), User(client_key_data="a")):
        with pytest.raises(InputError, match="is not base64"):
            credentials(Settings(ClusterEntry(server="https://k"), user=user))
    folded = credentials(Settings(ClusterEntry(server="https://k"), user=User(client_certificate_data="YWJj\n ZGVm\n")))
    assert folded.certificate == b"abcdef"


def test_no_kubeconfig_at_all_points_to_the_demo(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="no kubeconfig found") as caught:
        settings(Connection(), {"HOME": str(tmp_path)})
    assert "kubectl hostnet demo" in caught.value.hint


def test_in_a_pod_the_service_account_serves(tmp_path: Path) -> None:
    for name, text in (("token", "tok"), ("namespace", "mine"), ("ca.crt", "")):
        (tmp_path / name).write_text(text)
    environ = {"HOME": "/nonexistent", "KUBERNETES_SERVICE_HOST": "2001:db8::1", "KUBERNETES_SERVICE_PORT": "443"}
    found = settings(Connection(), {**environ, "HOSTNET_SERVICE_ACCOUNT_DIR": str(tmp_path)})
    assert (found.server, found.namespace) == ("https://[2001:db8::1]:443", "mine")
    assert found.user == User(token_file=str(tmp_path / "token"))
    environ["POD_NAMESPACE"] = "other"
    assert settings(Connection(), {**environ, "HOSTNET_SERVICE_ACCOUNT_DIR": str(tmp_path)}).namespace == "other"
    with pytest.raises(ClusterError, match="context 'nope' does not exist"):
        settings(Connection(context="nope"), {**environ, "HOSTNET_SERVICE_ACCOUNT_DIR": str(tmp_path)})


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA, a server certificate for the name api.example only, a client certificate; made by openssl."""
    place = tmp_path_factory.mktemp("tls")
    run = lambda *words: subprocess.run(["openssl", *words], cwd=place, check=True, capture_output=True)
    run(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=ca",
        "-keyout",
        "ca.key",
        "-out",
        "ca.crt",
        "-days",
        "2",
    )
    for name, extension in (("server", "subjectAltName=DNS:api.example"), ("client", "extendedKeyUsage=clientAuth")):
        (place / f"{name}.ext").write_text(extension)
        run(
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            f"/CN={name}",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
        )
        run(
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-days",
            "2",
            "-extfile",
            f"{name}.ext",
            "-out",
            f"{name}.crt",
        )
    (place / "server.pem").write_text((place / "server.crt").read_text() + (place / "server.key").read_text())
    return place


@pytest.fixture
def tls_api(certificates: Path) -> Iterator[FakeApi]:
    with FakeApi(lambda _: Reply(listing(pod(), kind="PodList")), certificate=certificates / "server.pem") as api:
        yield api


def read(tmp_path: Path, api: FakeApi, cluster: dict[str, Any], **options: Any) -> int:
    path = kubeconfig(tmp_path / "config", api.url, cluster=cluster)
    return len(Cluster(Connection(kubeconfig=str(path), **options)).read(PODS).pods)


def test_tls_server_name_and_authority(tmp_path: Path, certificates: Path, tls_api: FakeApi) -> None:
    authority = {"certificate-authority": str(certificates / "ca.crt")}
    assert read(tmp_path, tls_api, {**authority, "tls-server-name": "api.example"}) == 1
    assert read(tmp_path, tls_api, authority, tls_server_name="api.example") == 1
    with pytest.raises(ClusterError, match=r"certificate of the API server .* is not valid.*127.0.0.1"):
        read(tmp_path, tls_api, authority)


def test_an_unknown_authority_is_refused_unless_told_otherwise(tmp_path: Path, tls_api: FakeApi) -> None:
    with pytest.raises(ClusterError, match="is not valid") as caught:
        read(tmp_path, tls_api, {})
    assert "--insecure-skip-tls-verify" in caught.value.hint
    assert read(tmp_path, tls_api, {}, insecure_skip_tls_verify=True) == 1
    assert read(tmp_path, tls_api, {"insecure-skip-tls-verify": True}) == 1


def test_a_client_certificate_that_does_not_fit_its_key(tmp_path: Path, certificates: Path, tls_api: FakeApi) -> None:
    with pytest.raises(ClusterError, match="client certificate and its key cannot be used"):
        read(
            tmp_path,
            tls_api,
            {},
            client_certificate=str(certificates / "client.crt"),
            client_key=str(certificates / "ca.key"),
        )


def test_a_client_certificate_leaves_no_file_behind(
    tmp_path: Path, certificates: Path, tls_api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    identity = {"client_certificate": str(certificates / "client.crt"), "client_key": str(certificates / "client.key")}
    assert read(tmp_path, tls_api, {}, insecure_skip_tls_verify=True, **identity) == 1
    assert list(scratch.iterdir()) == []


def test_an_authority_file_that_is_missing_or_no_certificate(tmp_path: Path, tls_api: FakeApi) -> None:
    for content in (None, "not a certificate"):
        authority = tmp_path / "ca.crt"
        if content:
            authority.write_text(content)
        with pytest.raises(ClusterError, match="cannot use the certificate authority"):
            read(tmp_path, tls_api, {"certificate-authority": str(authority)})


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.mark.parametrize(
    ("server", "says"),
    [
        ("http://127.0.0.1:{port}", "refuses connections"),
        ("https://no-such-host.invalid:6443", "name that cannot be resolved"),
    ],
)
def test_servers_that_are_not_there(tmp_path: Path, server: str, says: str) -> None:
    path = kubeconfig(tmp_path / "config", server.format(port=free_port()))
    with pytest.raises(ClusterError, match=says):
        Cluster(Connection(kubeconfig=str(path))).read(PODS)


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ClusterError, match="does not answer in time"):
            Cluster(Connection(kubeconfig=str(path), request_timeout="200ms")).read(PODS)


class ConnectProxy:
    """A proxy that serves CONNECT once, and remembers for which target."""

    def __init__(self, target: int) -> None:
        self.asked = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._target = target
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        while b"\r\n\r\n" not in self.asked:
            self.asked += client.recv(4096)
        upstream = socket.create_connection(("127.0.0.1", self._target))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with client, upstream:  # closed when neither thread uses them: another test may be given the number
            ways = [threading.Thread(target=self._pump, args=pair) for pair in ((client, upstream), (upstream, client))]
            for way in ways:
                way.start()
            for way in ways:
                way.join()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._listener.close()


def test_proxy_url_is_used(tmp_path: Path, tls_api: FakeApi) -> None:
    proxy = ConnectProxy(tls_api.port)
    cluster = {"insecure-skip-tls-verify": True, "proxy-url": f"http://127.0.0.1:{proxy.port}"}
    assert read(tmp_path, tls_api, cluster) == 1
    assert proxy.asked.startswith(f"CONNECT 127.0.0.1:{tls_api.port} ".encode())
    proxy.close()


@pytest.mark.parametrize(
    ("url", "no_proxy", "expected"),
    [
        ("https://api.example:6443", "", "http://proxy:3128"),
        ("https://api.example:6443", "example", ""),
        ("https://api.example:6443", ".example", ""),
        ("https://api.example:6443", "api.example:443", "http://proxy:3128"),
        ("https://api.example:6443", "api.example:6443", ""),
        ("https://10.1.2.3:6443", "10.0.0.0/8", ""),
        ("https://10.1.2.3:6443", "192.168.0.0/16, *.x", "http://proxy:3128"),
        ("https://api.example:6443", "*", ""),
        ("https://127.0.0.1:6443", "", ""),
        ("https://localhost:6443", "", ""),
    ],
)
def test_environment_proxies_by_gos_rules(url: str, no_proxy: str, expected: str) -> None:
    assert proxy_for(url, {"HTTPS_PROXY": "proxy:3128", "NO_PROXY": no_proxy}) == expected
