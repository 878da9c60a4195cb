"""The licences of the packages that only the contestants of ``make bench`` stand on: they are not installed beside the product.

``python -m docs.generate.bench_licences`` reads them from the environment of the contestants, and writes ``requirements/bench.licences``; `make lock`
calls it.
"""

import sys
from importlib.metadata import distributions
from pathlib import Path

from deploy.local.config import ROOT
from docs.generate import notices

FILE = ROOT / "requirements" / "bench.licences"
LOCK = "bench.lock"


def known() -> dict[str, str]:
    """Return the licence of each of these packages."""
    return dict(line.split(" ", 1) for line in FILE.read_text("utf-8").splitlines())


def write() -> None:
    """Write the file anew. Raises ``LookupError`` for a licence that nobody knows."""
    installed = {_normal(each.metadata["Name"]): each.metadata for each in distributions(path=list(map(str, _packages())))}
    lines = []
    for name in notices.pinned(LOCK):
        licence = notices.BY_MACHINE.get(name) or notices.UNSAID.get(name)
        if licence is None and name not in installed:
            raise LookupError(f"{name} is pinned and not installed here: name its licence in BY_MACHINE, or `make bench`")
        lines.append(f"{name} {licence or notices.licence_in(name, installed[name])}\n")
    FILE.write_text("".join(lines), "utf-8")


def _packages() -> list[Path]:
    return sorted((Path(sys.prefix) / "bench").glob("lib/*/site-packages"))


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    write()
