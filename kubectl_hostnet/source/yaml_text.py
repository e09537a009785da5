"""YAML, read safely, as far as a kubeconfig and documents in files have it in common."""

from __future__ import annotations

import yaml

ERRORS = (yaml.YAMLError, UnicodeDecodeError, RecursionError)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that leaves times as text, as the API has them."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in Loader.yaml_implicit_resolvers.items()
}


def problem(error: Exception) -> str:
    """`, line 3: did not find expected key`; nothing of the text itself, in which there may be a token."""
    mark = getattr(error, "problem_mark", None)
    where = f", line {mark.line + 1}" if mark else ""
    return f"{where}: {getattr(error, 'problem', None) or getattr(error, 'reason', None) or type(error).__name__}"
