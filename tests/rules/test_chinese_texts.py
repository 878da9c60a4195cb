"""Whatever an api says is wrong is in the Chinese catalogue: read from the source, so that a new text without a translation fails here."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import date
from http import HTTPStatus
from pathlib import Path

import msgspec
import pytest

from docs.generate.source import problem_kinds
from services.case.openapi import ASKED, ASKED_OF_COUNTY
from services.enrolment.children.child_checker import _FORM as _CHILD
from services.enrolment.children.child_reader import ACT, SEARCH
from services.enrolment.directory.identity_numbers import NotANumber, normalised
from services.enrolment.intake.line_checker import _EVENT, _READERS
from services.relief.requests import INSTRUCTIONS
from shared.contracts.refusal import RefusalCode
from shared.events.field_rules import FieldRules
from shared.http.chinese.translation import catalogue, chinese

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")
"""Three words in a row."""
TAKES_A_TEXT = {
    "Problem": (2, 3),
    "Fault": (2,),
    "_malformed": (-1,),
    "invalid_parameter": (1,),
    "_wrong": (1,),
    "_invalid": (0,),
    "unknown_area": (0,),
    "TokenRefused": (0,),
    "invalid_token": (0,),
    "forbidden": (0,),
    "NotAnArray": (0,),
    "NotAllowedIn": (1,),
    "NotOfThisSubject": (0,),
    "FlagUnsound": (1,),
    "MetOtherwise": (0,),
    "PlanForbids": (0,),
    "StepUnknown": (0,),
    "NotVoidable": (0,),
    "ImpossibleOrder": (1,),
    "__init__": (2,),
}
"""The functions that are given a text for people, and which of their arguments it is."""
FILLED = {
    "self._called": "data",
    "what": "log",
    "rule.format(most)": "A body must not be longer than 5 bytes as sent",
    "'before' if ahead else 'after'": "after",
    "_validity(county)": "this one is since 2020-06-01",
    "detail": "The gzip in the body ends too early",
    "error": "one of them is no JSON",
}
"""What stands in holes that hold a sentence, or a word of a sentence."""
MADE_OF_OTHERS = {"must be 5", "is missing; it must be 5", "one of them is no JSON."}
"""What never stands by itself: the beginning of it, or what is in it, is a text of another place."""


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text that some function of the list above is given, its holes filled."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in TAKES_A_TEXT:
                yield from (text for at in TAKES_A_TEXT[name] if args and at < len(args) for text in filled(args[at]))
            case ast.Assign(targets=[ast.Name(id="detail" | "rule")], value=value):
                yield from filled(value)
            case _:
                pass


def filled(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if " " in text:
            yield text
        case ast.JoinedStr(values=parts) if any(isinstance(part, ast.Constant) and re.search("[a-z]{3}", str(part.value)) for part in parts):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else FILLED.get(ast.unparse(part.value), "5")  # type: ignore[attr-defined]
                for part in parts
            )
        case ast.IfExp(body=one, orelse=other):
            yield from (*filled(one), *filled(other))
        case _:
            pass


FOUND = {
    text: str(path.relative_to(ROOT))
    for room in ("services", "shared/http", "shared/commands", "shared/events", "shared/identity")
    for path in sorted((ROOT / room).rglob("*.py"))
    if not {"audit", "deciding", "log"} & set(path.parts)
    for text in texts(ast.parse(path.read_text("utf-8")))
    if text not in MADE_OF_OTHERS
}


def is_translated(text: str) -> bool:
    found = chinese(text)
    return found is not None and ENGLISH.search(found) is None


def test_the_texts_are_found() -> None:
    assert {"The body is over a limit", "there is no file of this child", "must not be after `to`", "A request names one Host."} <= FOUND.keys()
    assert len(FOUND) > 100


@pytest.mark.parametrize("text", FOUND, ids=lambda text: text[:60])
def test_every_text_is_in_the_catalogue(text: str) -> None:
    assert is_translated(text), f"{FOUND[text]}: shared/http/chinese/texts.json has no Chinese for it"


def test_every_title_of_a_problem_is_in_the_catalogue() -> None:
    titles = {kind.title.replace("<what>", what) for kind in problem_kinds() for what in ("log", "redis")}
    assert {title for title in titles if not is_translated(title)} == set()


def test_what_the_framework_says_of_a_path_or_a_method_is_in_the_catalogue() -> None:
    for status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.BAD_REQUEST):
        assert is_translated(status.phrase)
        assert is_translated(status.description)


def test_every_refusal_code_has_a_meaning_in_chinese() -> None:
    assert catalogue().codes.keys() == set(RefusalCode)


OF_REQUESTS = [reader.form for commands in (ASKED, ASKED_OF_COUNTY, INSTRUCTIONS) for reader in commands._readers.values()]
OF_NAMES = [_CHILD, SEARCH._rules, ACT._rules]


@pytest.mark.parametrize("text", ["", "00513420100101001", "005134201001010012", "005134201002300011", "810001201001010019"])
def test_why_a_text_is_no_number_is_in_the_catalogue(text: str) -> None:
    with pytest.raises(NotANumber) as refused:
        normalised(text, on=date(2026, 3, 2))
    assert is_translated(f"identity_number {refused.value}")


@pytest.mark.parametrize("rules", [_EVENT, *(reader.rules for reader in _READERS.values()), *OF_REQUESTS, *OF_NAMES])
def test_the_rule_of_every_field_is_in_the_catalogue(rules: FieldRules) -> None:
    unknown = rules.read(b'{"unknown": 1}').faults
    wrong = [field.wrong for field in rules._fields.values()]
    for fault in (*unknown, *wrong, rules.unreadable(), *rules.read(b"1").faults):
        assert is_translated(fault.detail), fault.detail


def test_no_sentence_of_the_catalogue_has_a_hole_that_its_chinese_lacks_or_makes_up() -> None:
    holes = re.compile(r"\{(\w+)\}")
    for english, translated in catalogue().texts.items():
        assert set(holes.findall(translated)) <= set(holes.findall(english)), english


def test_the_catalogue_names_nothing_twice() -> None:
    pairs: list[list[str]] = []

    def collect(found: list[tuple[str, object]]) -> dict[str, object]:
        pairs.append([name for name, _ in found])
        return dict(found)

    json.loads((ROOT / "shared/http/chinese/texts.json").read_text("utf-8"), object_pairs_hook=collect)
    assert all(len(names) == len(set(names)) for names in pairs)
    assert msgspec.json.encode(catalogue())
