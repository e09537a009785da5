"""Where the self-contained program starts: tidies the environment that its loader left, then runs.

Programs that we start (exec credential plugins) must not load our libraries, or take us for their parent: PyInstaller
sets LD_LIBRARY_PATH to our folder, and variables of its own (pyinstaller.org, "LD_LIBRARY_PATH considerations").
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping


def tidy(environ: MutableMapping[str, str]) -> None:
    """Give LD_LIBRARY_PATH back its value, and drop the loader's variables."""
    original = environ.pop("LD_LIBRARY_PATH_ORIG", None)
    environ.pop("LD_LIBRARY_PATH", None)
    if original is not None:
        environ["LD_LIBRARY_PATH"] = original
    for name in [name for name in environ if name.startswith("_PYI_")]:
        del environ[name]


if __name__ == "__main__":
    tidy(os.environ)
    from kubectl_hostnet.__main__ import entry_point  # after tidy: nothing may see the loader's environment

    entry_point()
