"""Everything that is generated, in one word: `make docs` writes it, `make check` says what is stale."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

import cli_page  # noqa: E402 - beside this file
import output_page  # noqa: E402
import sessions  # noqa: E402
import verdict_cases  # noqa: E402 - the cases that are tested are the cases that are documented

from kubectl_hostnet.applications.generate import main as applications  # noqa: E402
from kubectl_hostnet.completion.generate import main as completion  # noqa: E402


def main(arguments: list[str]) -> int:
    """Write all pages; with --check only say which are stale (exit code 1)."""
    checking = "--check" in arguments
    stale = applications(arguments) | completion(arguments)
    pages = {
        HERE / "cli.md": cli_page.page(),
        HERE / "kubectl-hostnet.1": cli_page.manual(),
        HERE / "output.md": output_page.page(),
        HERE.parent / "README.md": sessions.page(HERE.parent / "README.md"),
        HERE / "verdicts.md": verdict_cases.page(),
    }
    for path, text in pages.items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if checking:
            sys.stderr.write(f"stale: {path}; run make docs\n")
            stale = 1
        else:
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
