"""Markdown, made of rows and sentences."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Sequence
from typing import Any


def page(title: str, *parts: str) -> str:
    """A page: its title, a word on where it comes from, and its parts, a blank line between."""
    return "\n\n".join((f"# {title}", "<!-- Made from the code by `make docs`. Changes go into the code. -->", *parts)) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell may hold any markdown of one line."""
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    """Text as it is typed."""
    return f"`{text}`"


def as_json(value: dict[str, Any]) -> str:
    """A block of JSON, a member a line, what is within a member beside it."""
    members = ",\n".join(f"  {json.dumps(name)}: {json.dumps(member, ensure_ascii=False)}" for name, member in value.items())
    return f"```json\n{{\n{members}\n}}\n```"


def prose(docstring: str | None) -> str:
    """What a docstring says, as one paragraph or several; names in it as code."""
    return (inspect.cleandoc(docstring or "").replace("``", "`")).strip()


def sentence(docstring: str | None) -> str:
    """What a docstring says, on one line, for a cell."""
    return " ".join(prose(docstring).split())


def anchor(heading: str) -> str:
    """Where a heading is linked to, as GitHub makes it."""
    kept = (c for c in heading.lower() if c.isalnum() or c in " -_")
    return "#" + "".join(kept).replace(" ", "-")
