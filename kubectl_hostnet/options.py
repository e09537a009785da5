"""Every shared option, declared once; verbs take whole groups, or single options by their Annotated type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import typer

Kubeconfig = Annotated[str, typer.Option("--kubeconfig", metavar="FILE", help="Path to the kubeconfig file.")]
Context = Annotated[str, typer.Option("--context", metavar="NAME", help="Context of the kubeconfig to use.")]
ClusterName = Annotated[str, typer.Option("--cluster", metavar="NAME", help="Cluster of the kubeconfig to use.")]
User = Annotated[str, typer.Option("--user", metavar="NAME", help="User of the kubeconfig to use.")]
Server = Annotated[str, typer.Option("--server", "-s", metavar="URL", help="Address of the Kubernetes API server.")]
Token = Annotated[str, typer.Option("--token", metavar="TOKEN", help="Bearer token for the API server.")]
As = Annotated[str, typer.Option("--as", metavar="USER", help="User to impersonate.")]
AsGroup = Annotated[list[str], typer.Option("--as-group", metavar="GROUP", help="Group to impersonate (repeatable).")]
AsUid = Annotated[str, typer.Option("--as-uid", metavar="UID", help="UID to impersonate.")]
CertificateAuthority = Annotated[
    str,
    typer.Option("--certificate-authority", metavar="FILE", help="File with the API server's certificate authority."),
]
ClientCertificate = Annotated[
    str, typer.Option("--client-certificate", metavar="FILE", help="File with the client certificate for TLS.")
]
ClientKey = Annotated[str, typer.Option("--client-key", metavar="FILE", help="File with the client key for TLS.")]
TlsServerName = Annotated[
    str,
    typer.Option("--tls-server-name", metavar="NAME", help="Server name to check the API server's certificate for."),
]
InsecureSkipTlsVerify = Annotated[
    bool, typer.Option("--insecure-skip-tls-verify", help="Do not check the API server's certificate.")
]
RequestTimeout = Annotated[
    str, typer.Option("--request-timeout", metavar="TIME", help="Time for one request to the API server; 0: no limit.")
]
ChunkSize = Annotated[
    int, typer.Option("--chunk-size", min=0, metavar="N", help="Objects in one page of a list; 0: all.")
]
Snapshot = Annotated[
    str,
    typer.Option(
        "--snapshot",
        metavar="PATH",
        help="Read a file, a directory or - (kubectl get ... -o json, cluster-info dump, manifests) instead of a cluster.",
    ),
]
Verbosity = Annotated[int, typer.Option("-v", "--v", metavar="N", help="Log level on stderr; 6 shows the requests.")]


@dataclass(frozen=True)
class Connection:
    """Where the facts come from: the user's kubectl connection, or a snapshot."""

    kubeconfig: Kubeconfig = ""
    context: Context = ""
    cluster: ClusterName = ""
    user: User = ""
    server: Server = ""
    token: Token = ""
    as_user: As = ""
    as_group: AsGroup = field(default_factory=list)
    as_uid: AsUid = ""
    certificate_authority: CertificateAuthority = ""
    client_certificate: ClientCertificate = ""
    client_key: ClientKey = ""
    tls_server_name: TlsServerName = ""
    insecure_skip_tls_verify: InsecureSkipTlsVerify = False
    request_timeout: RequestTimeout = "0"
    chunk_size: ChunkSize = 500
    snapshot: Snapshot = ""
    verbosity: Verbosity = 0


Namespace = Annotated[str, typer.Option("--namespace", "-n", metavar="NAME", help="Namespace; default: the context's.")]
AllNamespaces = Annotated[bool, typer.Option("--all-namespaces", "-A", help="All namespaces.")]
Selector = Annotated[str, typer.Option("--selector", "-l", metavar="SELECTOR", help="Label selector of the Pods.")]
FieldSelector = Annotated[str, typer.Option("--field-selector", metavar="SELECTOR", help="Field selector of the Pods.")]
NodeName = Annotated[str, typer.Option("--node", metavar="NODE", help="Only Pods on this node.")]


@dataclass(frozen=True)
class Scope:
    """Which Pods are meant."""

    namespace: Namespace = ""
    all_namespaces: AllNamespaces = False
    selector: Selector = ""
    field_selector: FieldSelector = ""
    node: NodeName = ""


Templates = Annotated[
    bool, typer.Option("--templates", help="Count Pod templates of workloads as Pods (for manifests not yet applied).")
]
ReadConfig = Annotated[
    bool, typer.Option("--read-config", help="Read the ConfigMaps that containers use, as evidence of ports.")
]


@dataclass(frozen=True)
class EvidenceOptions:
    """What else counts as evidence."""

    templates: Templates = False
    read_config: ReadConfig = False


Live = Annotated[
    bool, typer.Option("--live", help="Read the sockets inside of the containers, too (exec): what really listens.")
]
DebugImage = Annotated[
    str,
    typer.Option(
        "--debug-image",
        metavar="IMAGE",
        help="With --live: an ephemeral container looks where the image has no shell. It stays in the Pod's list.",
    ),
]


@dataclass(frozen=True)
class LiveOptions:
    """Whether, and how, sockets are read."""

    live: Live = False
    debug_image: DebugImage = ""


OutputFormat = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FORMAT", help="Output format: FORMATS."),
]
NoHeaders = Annotated[bool, typer.Option("--no-headers", help="Tables without the header line.")]
SortBy = Annotated[
    str, typer.Option("--sort-by", metavar="FIELD", help="Sort by a field of the JSON items, such as .node.")
]
ShowLabels = Annotated[bool, typer.Option("--show-labels", help="Show the Pods' labels as the last column.")]


@dataclass(frozen=True)
class Output:
    """How the answer is printed."""

    output: OutputFormat = "table"
    no_headers: NoHeaders = False
    sort_by: SortBy = ""
    show_labels: ShowLabels = False
