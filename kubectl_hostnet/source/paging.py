"""Long lists in pages, with what the API does in the middle of them (kubernetes-facts.md 4.3 and 4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import msgspec

from kubectl_hostnet.errors import ClusterError, UsageError
from kubectl_hostnet.source import decode, objects
from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.source.transport import Transport, status_of
from kubectl_hostnet.source.wire import Answer

BAD_REQUEST, GONE = 400, 410
NO_SUCH_FIELD = "field label not supported: "


class UnsupportedFieldError(Exception):
    """The server is too old for a field in the selector (spec.hostNetwork before 1.28)."""


class _RestartError(Exception):
    """The list's continue token has expired: what came so far belongs to a state that the server forgot."""


def pages(
    transport: Transport,
    path: str,
    *,
    selector: str = "",
    field_selector: str = "",
    chunk_size: int = 500,
    gaps: list[Gap],
) -> Iterator[objects.Page]:
    """Yield a list page by page.

    A list that expired is begun anew once (an empty Page with kind "restart" says so); if it expires again, the rest
    comes from a later state and a gap says that the list is inconsistent.
    """
    fixed = {"labelSelector": selector, "fieldSelector": field_selector, "limit": str(chunk_size) if chunk_size else ""}
    parameters = {key: value for key, value in fixed.items() if value}
    try:
        yield from _run(transport, path, parameters, None)
    except _RestartError:
        yield objects.Page(kind="restart")
        yield from _run(transport, path, parameters, gaps)


def _run(transport: Transport, path: str, parameters: dict[str, str], gaps: list[Gap] | None) -> Iterator[objects.Page]:
    token: str | None = ""
    while token is not None:
        query = urlencode({**parameters, **({"continue": token} if token else {})})
        answer = transport.get(path, query, stop=(BAD_REQUEST, GONE))
        if answer.status == BAD_REQUEST:
            _refuse(answer, parameters.get("fieldSelector", ""))
        if answer.status == GONE:
            token = _resume(answer, path, gaps)
            continue
        current = _decoded(answer, path)
        yield current
        token = current.metadata.continue_token or None


def _decoded(answer: Answer, path: str) -> objects.Page:
    try:
        return decode.page(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ClusterError(
            f"the API server's answer to {path} is not a list in JSON", "is --server a Kubernetes API?"
        ) from None


def _refuse(answer: Answer, field_selector: str) -> None:
    status = status_of(answer)
    message = status.message or "bad request"
    if status.kind != "Status":
        raise ClusterError(f"the API server answered 400: {message}", "is --server the URL of a Kubernetes API, https?")
    if NO_SUCH_FIELD + "spec.hostNetwork" in message and "spec.hostNetwork" in field_selector:
        raise UnsupportedFieldError
    raise UsageError(f"the API server refuses the request: {message}", "check -l, --field-selector and the names")


def _resume(answer: Answer, path: str, gaps: list[Gap] | None) -> str:
    """After 410: restart the first time (gaps is None), then go on from the token that the error carries."""
    if gaps is None:
        raise _RestartError
    token = status_of(answer).metadata.continue_token
    if not token:
        raise ClusterError(f"the list {path} expired while it was read", "try again, with --chunk-size=0")
    gaps.append(
        Gap(
            path.rpartition("/")[2],
            "the list is inconsistent: it expired twice while it was read",
            "objects may be missing or old",
        )
    )
    return token
