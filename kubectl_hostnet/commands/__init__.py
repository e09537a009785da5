"""One file a verb: typed options in, a Report out; nothing here prints or exits.

VERBS is the table of contents: the module of each verb, whose `run` is the command, and the first line of its help.
Modules are imported when their verb is called, so that `--help` and completion stay fast; a test compares the lines.
"""

from __future__ import annotations

VERBS: dict[str, tuple[str, str]] = {
    "list": ("list", "Host-networked Pods with their nodes, node addresses and ports."),
    "ports": ("ports", "Ports of nodes: who holds them, and which are free."),
    "conflicts": (
        "conflicts",
        "What collides on nodes, who blocks a Pod, whether a manifest fits, and whether a rollout will get stuck.",
    ),
    "probe": (
        "probe",
        "Connect to host-networked Pods at their nodes' addresses, and say what answers, or most likely why nothing does.",
    ),
    "cleanup": ("cleanup", "Removes what killed probes from nodes (--from node/NAME) left behind."),
    "explain": ("explain", "What is known of an application, or what a word in the reports means."),
    "completion": ("completion", "Completion with the TAB key: for kubectl, or a script for a shell."),
    "demo": ("demo", "A tour of this program on a sample cluster; no cluster needed."),
    "version": ("version", "Versions of this program, of what it runs on, and of the cluster."),
}
