"""The page that the ``type`` of a problem leads to, as every api serves it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from http import HTTPStatus
from itertools import groupby

from docs.generate.markdown import sentence
from docs.generate.source import Kind, member_docs, problem_kinds
from shared.contracts.refusal import RefusalCode

_UNAVAILABLE = ("log", "redis")
_OF_THE_FRAMEWORK = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)

_PAGE = """\
<!doctype html>
<!-- Made from the code by `make docs`. Changes go into the code. -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What may be wrong</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="files/problems.css">
</head>
<body>
<h1>What may be wrong</h1>
<p>The <code>type</code> of a problem leads to its word here; its <code>detail</code> says what mends it.</p>
{problems}
<h1>Refusal codes</h1>
<p>The <code>code</code> of a refused report or command, which names the field and the rule beside it.</p>
{codes}
</body>
</html>
"""


def problems_page() -> str:
    """Return the page."""
    return _PAGE.format(problems="\n".join(_problems()), codes="\n".join(_codes()))


def _problems() -> Iterable[str]:
    kinds = {each for kind in problem_kinds() for each in _each(kind)}
    kinds |= {Kind(status, status.name.lower().replace("_", "-"), status.phrase, "") for status in _OF_THE_FRAMEWORK}
    for word, of_word in groupby(sorted(kinds, key=lambda kind: kind.word), key=lambda kind: kind.word):
        meanings = sorted({(kind.status, kind.title) for kind in of_word})
        yield _section(word, " / ".join(f"{status}: {title}" for status, title in meanings))


def _each(kind: Kind) -> Iterable[Kind]:
    """Return a kind, or those that it stands for."""
    if "<what>" not in kind.word:
        return [kind]
    return [kind._replace(word=kind.word.replace("<what>", what), title=kind.title.replace("<what>", what)) for what in _UNAVAILABLE]


def _codes() -> Iterable[str]:
    return (_section(code, sentence(docs)) for code, docs in member_docs(RefusalCode).items())


def _section(word: str, meaning: str) -> str:
    return f'<h2 id="{escape(word)}">{escape(word)}</h2>\n<p>{escape(meaning)}</p>'
