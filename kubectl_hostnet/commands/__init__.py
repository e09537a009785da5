"""One file a verb: typed options in, a Report out; nothing here prints or exits.

VERBS is the table of contents: the module of each verb, whose `run` is the command, and the first line of its help.
Modules are imported when their verb is called, so that `--help` and completion stay fast; a test compares the lines.
"""

from __future__ import annotations

VERBS: dict[str, tuple[str, str]] = {
    "list": ("list", "Host-networked Pods with their nodes, node addresses and ports."),
    "version": ("version", "Versions of this program, of what it runs on, and of the cluster."),
}
