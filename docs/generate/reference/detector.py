"""The page of the detector's rules, from the rulebooks."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from docs.generate.markdown import code, page, table
from services.case.detector.detector import LATENESS_DAYS
from services.case.detector.rulebook import HORIZON_DAYS, RULEBOOKS, Rulebook, RuleOf
from shared.contracts.oversight_codes import Rule

INTRODUCTION = f"""\
What hints at a return on paper. A flag is a hint, no finding: it names the facts that it stands on, and its rule says what would clear it. The
rules are files (`services/case/detector/rulebooks/`), a version each, in force from a day; a window is judged by the version of the day on which it
began. Days are those on which something was known, in China. `baoxue detector flags` runs them over the record, `baoxue detector trial` over invented
counties ([how](../how-to/returns-on-paper.md), [decision 0055](../decisions/0055-hints-at-returns-on-paper-are-a-fold-over-the-record.md)).

The fold holds what it needs for {HORIZON_DAYS} days of a child, and {LATENESS_DAYS} days more for services that lag behind one another."""

WORDS = frozenset(RuleOf.__struct_fields__)


def detector() -> str:
    """Return the page."""
    return page("Hints at returns on paper", INTRODUCTION, *(part for book in reversed(RULEBOOKS) for part in _version(book)))


def _version(book: Rulebook) -> Iterable[str]:
    rules = [(rule, book.rule(rule)) for rule in Rule]
    yield f"## Version {book.version}, from {book.since}"
    yield f"{book.source_zh}\n\n{book.source_en}"
    yield table(("rule", "hint", "线索"), ((code(rule), found.en, found.zh) for rule, found in rules))
    yield table(("rule", "cleared by", "如何消除"), ((code(rule), found.clears_en, found.clears_zh) for rule, found in rules))
    yield table(("rule", "its numbers", "how sure"), ((code(rule), _numbers(found), found.certainty) for rule, found in rules))
    yield "On the invented counties: found of a hundred planted cases, and flagged of a thousand honest ones."
    yield table(
        ("rule", "found, at least", "false alarms, at most"), ((code(rule), str(found.recall), str(found.false_alarms)) for rule, found in rules)
    )


def _numbers(rule: RuleOf) -> str:
    own = {name: value for name, value in msgspec.structs.asdict(rule).items() if name not in WORDS}
    return ", ".join(code(f"{name} = {' '.join(value) if isinstance(value, tuple) else value}") for name, value in own.items())
