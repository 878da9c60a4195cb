"""What a paper says, made of a file and, where somebody may see it, of the child in clear. Pure: the same file and child make the same paper.

A paper of the law can be made on the day on which the step may be taken, to be served, and again from the record once it was taken: both are the same
bytes where the step was recorded as it was served. Its number is made of what the record knows.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

from services.case.documents import CaseFile
from services.case.domain.entries import Happening
from services.case.domain.ladder import LADDERS, Rung, ladder_on
from services.case.law_documents import Want
from services.case.papers.words import Tongue, word
from services.case.plan_documents import StepState
from shared.contracts.case_codes import LawStep
from shared.geography.divisions import divisions

_NOT_SEEN: Mapping[str, str | None] = dict.fromkeys(("name", "sex", "birth_date", "number", "guardian", "telephone", "address", "school"))
_ATTEMPTS = 8
"""The most attempts that a paper lists, the newest ones."""
_SCHOOLS = "/schools/"
_OPENINGS = ("opened", "reopened")
_ACT = "[C]"
"""How sure the ladder is of an article that is the nation's law: only such a one stands on a paper."""


class Paper(StrEnum):
    """A paper of one child."""

    NOTICE = "notice"
    """限期复学通知书"""
    REPORT = "report"
    """书面报告"""
    ORDER = "order"
    """责令决定书"""
    ADMONITION = "admonition"
    """训诫书"""
    PENALTY = "penalty"
    """处罚决定书"""
    SUIT = "suit"
    """起诉状"""
    VISIT_FORM = "visit-form"
    """家访登记表"""


class Guardian(Struct, frozen=True):
    """Who answers for a child, as the directory has it."""

    name: str
    telephone: str | None = None


class SeenChild(Struct, frozen=True):
    """A child in clear, as the directory has it; what a paper does not need is passed over."""

    name: str
    birth_date: str
    number: str
    sex: str | None = None
    guardians: Sequence[Guardian] = ()
    address: str | None = None
    school: str | None = None
    class_name: str | None = None


class NotYet(Exception):
    """The law does not allow the step of a paper today, and says what is missing."""

    def __init__(self, want: Want) -> None:
        super().__init__(want.detail)
        self.want = want


class Forgotten(Exception):
    """The step was taken, and the file's history does not reach back to it any more."""


class _Served(NamedTuple):
    happened: date
    term: date
    office: str | None
    rung: Rung
    before: Sequence[Happening]
    """What had happened to the file."""


def number_of(county: str, student: str, what: str, day: date) -> str:
    """Return the number of a paper."""
    return f"{county}/{day:%Y%m%d}/{student[:8]}/{what}"


def content_of(paper: Paper, file: CaseFile, child: SeenChild | None, *, out: date | None, today: date) -> dict[str, Any]:
    """Return what the template of a paper is given. ``out``: since when the child is out of school. Raises ``NotYet``, ``Forgotten``."""
    served = None if paper is Paper.VISIT_FORM else _served(file, LawStep(paper.value), today)
    before = file.history if served is None else served.before
    # What was moved or corrected after a step was taken does not change its paper.
    code = next((each.county for each in reversed(before) if each.county is not None), file.county)
    reason = next((each.reason for each in reversed(before) if each.reason is not None), file.reason)
    since = next((each.day for each in reversed(before) if each.what in _OPENINGS), out)
    county, attempts = divisions().counties[code].name, _attempts(before)
    common = {
        "child": _NOT_SEEN if child is None else _shown(child),
        "reason": None if reason is None else word(Tongue.ZH, f"reason.{reason}"),
        "out": None if since is None else since.isoformat(),
        "county": county,
        "attempts": _rows(attempts),
    }
    if served is None:
        return common | {"number": number_of(code, file.id, paper, today), "attempted": file.attempts, "steps": _steps(file)}
    return common | {
        "number": number_of(code, file.id, paper, served.happened),
        "attempted": attempts[-1].number or len(attempts) if attempts else 0,
        "article": served.rung.article_zh.rstrip("。") if served.rung.certainty.startswith(_ACT) else None,
        "happened": served.happened.isoformat(),
        "term": served.term.isoformat(),
        "office": None if (served.office or "").startswith(_SCHOOLS) else f"{county}教育行政部门",
    }


def _served(file: CaseFile, step: LawStep, today: date) -> _Served:
    shown = next(each for each in file.law.steps if each.step is step)
    if not shown.taken:
        if shown.wants is not None:
            raise NotYet(shown.wants)
        rung = ladder_on(today).rung(step)
        return _Served(today, rung.terms(today)[0], None, rung, file.history)
    for n, each in reversed(list(enumerate(file.history))):
        if each.law is step and each.happened is not None and each.term is not None and each.ladder is not None:
            return _Served(each.happened, each.term, each.office, LADDERS[each.ladder - 1].rung(step), file.history[:n])
    raise Forgotten


def _attempts(history: Sequence[Happening]) -> Sequence[Happening]:
    """Return the newest attempts of the spell."""
    began = max((n for n, each in enumerate(history) if each.what in _OPENINGS), default=0)
    return [each for each in history[began:] if each.what == "attempted"][-_ATTEMPTS:]


def _rows(attempts: Sequence[Happening]) -> list[dict[str, Any]]:
    def said(kind: str, code: str | None) -> str:
        return "" if code is None else word(Tongue.ZH, f"{kind}.{code}")

    return [
        {
            "number": each.number or "",
            "day": (each.happened or each.day).isoformat(),
            "role": said("as", each.role),
            "method": said("method", each.method),
            "met": said("met", each.met),
            "outcome": said("outcome", each.outcome),
        }
        for each in attempts
    ]


def _steps(file: CaseFile) -> list[dict[str, str]]:
    return [
        {
            "title": each.title.zh,
            "roles": "、".join(word(Tongue.ZH, f"as.{role}") for role in each.roles),
            "due": each.due.isoformat(),
            "show": each.show.zh,
        }
        for each in file.plan.steps
        if each.state is StepState.TO_DO
    ]


def _shown(child: SeenChild) -> dict[str, str | None]:
    guardian = child.guardians[0] if child.guardians else None
    return {
        "name": child.name,
        "sex": None if child.sex is None else word(Tongue.ZH, f"sex.{child.sex}"),
        "birth_date": child.birth_date,
        "number": child.number,
        "guardian": None if guardian is None else guardian.name,
        "telephone": None if guardian is None else guardian.telephone,
        "address": child.address,
        "school": " ".join(filter(None, (child.school, child.class_name))) or None,
    }
