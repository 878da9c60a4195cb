"""What stands in the files of the page, read as a browser reads them, so that it does not matter how they are laid out."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import tinycss2
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

_javascript = Parser(Language(tree_sitter_javascript.language()))


class Element(NamedTuple):
    """A start tag of HTML."""

    tag: str
    attributes: dict[str, str | None]


def elements(html: str) -> list[Element]:
    """Return the start tags of a text, in order."""
    reader = _Elements()
    reader.feed(html)
    reader.close()
    return reader.found


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = list[Element]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(Element(tag, dict(attrs)))


def declarations(css: Path) -> Iterator[tuple[str, list[Any]]]:
    """Return name and tokens, without white space, of each declaration of a style sheet, those of at-rules and nested rules too."""
    yield from _declarations(tinycss2.parse_stylesheet(css.read_text("utf-8"), skip_comments=True, skip_whitespace=True))


def _declarations(rules: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    for rule in rules:
        if rule.type == "declaration":
            yield rule.name, [token for token in rule.value if token.type not in ("whitespace", "comment")]
        elif getattr(rule, "content", None) is not None:
            yield from _declarations(tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True))
        elif rule.type == "error":
            raise ValueError(f"line {rule.source_line}: {rule.message}")


def strings(javascript: Path) -> list[str]:
    """Return the string literals of a module, and of its templates the text between the places."""
    return [_text(node) for node in _nodes(javascript, "string", "template_string")]


def entries(javascript: Path) -> list[tuple[str, str]]:
    """Return key and value of each entry of the objects of a module whose key and value are both string literals."""
    pairs = [(node.child_by_field_name("key"), node.child_by_field_name("value")) for node in _nodes(javascript, "pair")]
    return [(_text(key), _text(value)) for key, value in pairs if key and value and key.type == value.type == "string"]


def _nodes(javascript: Path, *types: str) -> Iterator[Node]:
    root = _javascript.parse(javascript.read_bytes()).root_node
    if root.has_error:
        raise ValueError(f"{javascript.name} is no JavaScript")
    left = [root]
    while left:
        node = left.pop()
        if node.type in types:
            yield node
        left += reversed(node.children)


_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def _text(literal: Node) -> str:
    text = ""
    for part in literal.named_children:
        said = (part.text or b"").decode()
        if part.type == "string_fragment":
            text += said
        elif part.type == "escape_sequence":
            if said[1] in "ux0":
                raise ValueError(f"{said}: write the character itself")
            text += _ESCAPED.get(said[1], said[1:])
    return text
