"""`python -m docs.generate` writes every page of docs/reference; with `--check` it writes none and names those that are stale."""

from __future__ import annotations

import sys

from docs.generate.pages import REFERENCE, pages


def main(arguments: list[str]) -> int:
    """Give the exit code: 1 where a page is stale, or is there and should not be."""
    wanted = pages()
    there = {path.name: path.read_text("utf-8") for path in REFERENCE.iterdir()} if REFERENCE.is_dir() else {}
    stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    if arguments == ["--check"]:
        for name in stale:
            sys.stderr.write(f"docs/reference/{name} is not what the code says. `make docs` writes it anew.\n")
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for name in stale:
        if name in wanted:
            (REFERENCE / name).write_text(wanted[name], "utf-8")
        else:
            (REFERENCE / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
