"""`python -m docs.generate` writes every page that is made from the code; with `--check` it writes none and names the stale pages."""

from __future__ import annotations

import sys

from deploy.local.config import ROOT
from docs.generate.pages import REFERENCE, pages


def main(arguments: list[str]) -> int:
    """Return the exit code: with `--check` 1 where a page is stale, missing or superfluous."""
    wanted = pages()
    left = {str(path.relative_to(ROOT)) for path in (ROOT / REFERENCE).glob("*")}
    there = {name: path.read_text("utf-8") for name in left | wanted.keys() if (path := ROOT / name).exists()}
    stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    if arguments == ["--check"]:
        for name in stale:
            sys.stderr.write(f"{name} is not what the code says. `make docs` writes it anew.\n")
        return 1 if stale else 0
    (ROOT / REFERENCE).mkdir(exist_ok=True)
    for name in stale:
        if name in wanted:
            (ROOT / name).write_text(wanted[name], "utf-8")
        else:
            (ROOT / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
