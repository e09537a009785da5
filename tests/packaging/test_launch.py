"""What the self-contained program leaves to the programs that it starts."""

from __future__ import annotations

import launch


def test_the_loaders_traces_are_gone() -> None:
    environ = {
        "PATH": "/bin",
        "LD_LIBRARY_PATH": "/x/_internal",
        "_PYI_ARCHIVE_FILE": "/x",
        "_PYI_PARENT_PROCESS_LEVEL": "0",
    }
    launch.tidy(environ)
    assert environ == {"PATH": "/bin"}


def test_the_users_own_library_path_comes_back() -> None:
    environ = {"LD_LIBRARY_PATH": "/x/_internal:/opt/lib", "LD_LIBRARY_PATH_ORIG": "/opt/lib"}
    launch.tidy(environ)
    assert environ == {"LD_LIBRARY_PATH": "/opt/lib"}
