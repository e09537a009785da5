"""How many sockets this process may have open at the same time."""

from __future__ import annotations

RESERVED = 64  # file descriptors for everything else: standard streams, the API server's connections, modules


def room_for(wanted: int) -> int:
    """At most `wanted` sockets, fewer where the system allows fewer; the soft limit is raised where that is allowed."""
    try:
        import resource  # not on Windows
    except ImportError:
        return min(wanted, 400)  # select() there takes 512 sockets
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted + RESERVED:
        return wanted
    raised = wanted + RESERVED if hard == resource.RLIM_INFINITY else min(hard, wanted + RESERVED)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
    except (OSError, ValueError):  # a sandbox may say no
        raised = soft
    return max(1, min(wanted, raised - RESERVED))
