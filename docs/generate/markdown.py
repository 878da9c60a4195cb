"""Markdown made of rows and sentences."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Sequence
from typing import Any


def page(title: str, *parts: str) -> str:
    """Return a page: its title, a comment on its origin, and its parts, with a blank line between."""
    return "\n\n".join((f"# {title}", "<!-- Made from the code by `make docs`. Changes go into the code. -->", *parts)) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table. A cell may hold any markdown of one line."""
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    """Return text as code."""
    return f"`{text}`"


def as_json(value: dict[str, Any]) -> str:
    """Return a block of JSON with one line for each member."""
    members = ",\n".join(f"  {json.dumps(name)}: {json.dumps(member, ensure_ascii=False)}" for name, member in value.items())
    return f"```json\n{{\n{members}\n}}\n```"


def prose(docstring: str | None) -> str:
    """Return a docstring as one paragraph or several, with its names as code."""
    return (inspect.cleandoc(docstring or "").replace("``", "`")).strip()


def sentence(docstring: str | None) -> str:
    """Return a docstring on one line, for a cell."""
    return " ".join(prose(docstring).split())


def anchor(heading: str) -> str:
    """Return the link to a heading, as GitHub makes it."""
    kept = (c for c in heading.lower() if c.isalnum() or c in " -_")
    return "#" + "".join(kept).replace(" ", "-")
