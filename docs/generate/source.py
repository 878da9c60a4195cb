"""Reads from the source what no object has at run time: docstrings of the members of an enum, kinds of problems, exit codes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from deploy.local.config import ROOT

PACKAGES = ("shared", "services", "deploy")
ANY = "any"
"""The name of no service, for a problem that shared code raises."""


class Kind(NamedTuple):
    """A kind of problem that some module raises: its HTTP status, its word for programs, its title."""

    status: int
    word: str
    title: str
    service: str


class ExitCode(NamedTuple):
    """A named exit code: its module, its number and its meaning."""

    module: str
    name: str
    number: int
    meaning: str


def member_docs(kind: type[Enum]) -> Mapping[str, str]:
    """Return the docstring under each member of an enum, by its value."""
    (defined,) = ast.parse(inspect.getsource(kind)).body
    if not isinstance(defined, ast.ClassDef):
        raise TypeError(f"{kind} is no class")
    return {str(kind[name].value): docs for name, docs in _documented(defined.body) if name in kind.__members__}


def problem_kinds() -> Iterable[Kind]:
    """Return every kind of problem that some module raises with its status, word and title written out."""
    found = {
        Kind(status, word, title, _service(path))
        for path, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem" and len(node.args) >= 3
        if isinstance(status := getattr(node.args[0], "value", None), int)
        if (word := _text(node.args[1])) and (title := _text(node.args[2]))
    }
    return sorted(found)


def exit_codes() -> Iterable[ExitCode]:
    """Return every constant named ``EXIT_<NAME>``."""
    for path, tree in _modules():
        for pair in pairwise(tree.body):
            match pair:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int(number))), ast.Expr(value=ast.Constant(value=str(meaning))):
                    if name.startswith("EXIT_"):
                        yield ExitCode(str(path.relative_to(ROOT)), name, number, meaning)
                case _:
                    pass


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for pair in pairwise(body):
        match pair:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(docs))):
                yield name, docs
            case _:
                pass


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def _service(path: Path) -> str:
    package, service, *_ = path.relative_to(ROOT).parts
    return service if package == "services" else ANY


def _text(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(f"<{ast.unparse(part.value)}>" if isinstance(part, ast.FormattedValue) else str(ast.literal_eval(part)) for part in parts)
        case _:
            return None
