"""The project's own documents, read as a machine reads them: blocks of code, links, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]


class Block(NamedTuple):
    """A block of code: the word behind its fence (an indented block has none), its lines, and the line of the document that it begins on."""

    kind: str
    text: str
    line: int


def documents() -> list[Path]:
    """Every document of the project."""
    own = (path for path in ROOT.rglob("*.md") if not any(part.startswith(".") or part == "node_modules" for part in path.relative_to(ROOT).parts))
    return sorted(own)


def blocks(document: Path) -> Iterator[Block]:
    """The blocks of code of a document, fenced or indented, in order."""
    for token in _tokens(document):
        if token.type in ("fence", "code_block"):
            yield Block(token.info.strip(), token.content, (token.map or [0])[0] + 1)


def links(document: Path) -> Iterator[str]:
    """Where the links and pictures of a document lead."""
    for token in _inline(document):
        for attribute in ("href", "src"):
            if (target := token.attrGet(attribute)) is not None:
                yield str(target)


@cache
def anchors(document: Path) -> frozenset[str]:
    """What can be linked to in a document, as GitHub names headings."""
    found: dict[str, int] = {}
    tokens = _tokens(document)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            text = "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))
            name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found[name] = found.get(name, -1) + 1
    return frozenset(name if n == 0 else f"{name}-{n}" for name, most in found.items() for n in range(most + 1))


def prose_code(document: Path) -> Iterator[str]:
    """What stands in the text as code: `so`."""
    for token in _inline(document):
        if token.type == "code_inline":
            yield token.content


def _inline(document: Path) -> Iterator[Token]:
    for token in _tokens(document):
        yield from token.children or ()


@cache
def _tokens(document: Path) -> Sequence[Token]:
    return MarkdownIt("gfm-like", {"linkify": False}).parse(document.read_text("utf-8"))
