"""`make bench`: everything that is measured, each against a neighbour in the same run. Arguments name some of the parts."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

# The parts, in the order of a user's day; each module's run() yields lines of results.
PARTS = ("startup", "listing", "ports", "conflicts", "probe")


def main(names: list[str]) -> None:
    """Run the parts named, or all that there are."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    here = Path(__file__).parent
    for name in names or PARTS:
        if not (here / f"{name}.py").exists():
            raise SystemExit(f"error: no benchmark {name!r}; there are: {', '.join(PARTS)}")
        print(f"\n{name}", flush=True)
        for line in import_module(f"benchmarks.{name}").run():
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
