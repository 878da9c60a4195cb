"""What a row names: a file, or a test in one, as ``path`` or ``path::test``."""

from __future__ import annotations

import ast
from functools import cache

from deploy.local.config import ROOT


def is_there(evidence: str) -> bool:
    """Return whether a file or a test is where a row says."""
    path, _, test = evidence.partition("::")
    file = ROOT / path
    if not test:
        return file.exists()
    return file.suffix == ".py" and file.is_file() and test in _functions(path)


def link(evidence: str) -> str:
    """Return evidence as a link from a page of the reference, named by its last part."""
    path, _, test = evidence.partition("::")
    return f"[`{test or path.rpartition('/')[2]}`](../../{path})"


@cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
