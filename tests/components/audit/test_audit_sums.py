"""The checks that every answer of the api adds up."""

from typing import Any

import pytest

from services.reporting.audit.sources.reporting_api import AnswerUnreadable
from services.reporting.audit.sums import check_sums, unequal_sums


def document(area: str, total: int, children: dict[str, int] | None = None) -> dict[str, Any]:
    """Return an area with ``total`` children out of school. Each is poor, and has an open file that is overdue and a suspended grant of 100 fen."""
    return {
        "area": {"code": area, "level": "prefecture"},
        "out_of_school": total,
        "poor": total,
        "by_status": {"dropped_out": total, "enrolled": 0},
        "by_reason": {"work": total},
        "by_stage": {"junior": total},
        "cases": {
            "by_state": {"open": total, "persuading": 0, "returned": 0, "closing": 0, "closed": 0},
            "by_reason": {"work": total},
            "overdue": total,
            "told": {"due_soon": {"open": 0}, "overdue": {"open": total}},
        },
        "relief": {"living_subsidy": {"suspended": {"grants": total, "fen": 100 * total}}},
        "children": [child(code, n) for code, n in (children or {}).items()],
        "as_of": {"offsets": {"0": 7}},
        "suppressed": False,
    }


def child(code: str, n: int) -> dict[str, Any]:
    return {"code": code, "out_of_school": n, "poor": n, "cases_open": n, "overdue": n}


def cases(**changed: Any) -> dict[str, Any]:
    """Return the files of an area of three, with some members changed."""
    return {"cases": {**document("510000", 3)["cases"], **changed}}


ANSWERS = {
    "100000": document("100000", 5, {"510000": 3, "660000": 2}),
    "510000": document("510000", 3, {"513400": 3}),
    "513400": document("513400", 3, {"513431": 1, "513401": 2}),
    "513431": document("513431", 1),
    "513401": document("513401", 2),
    "660000": document("660000", 2),
    "watch52": document("watch52", 1, {"513431": 1}),
    "sanqu": document("sanqu", 3, {"513431": 1, "513401": 2}),
}


def test_every_answer_is_asked_for_once_down_to_the_counties() -> None:
    asked: list[str] = []
    assert check_sums(ANSWERS.__getitem__, asked.append) == []
    assert sorted(asked) == sorted(ANSWERS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"by_status": {"dropped_out": 2}}, "510000: 3 out of school, but dropped_out + never_enrolled add up to 2"),
        ({"by_reason": {"work": 4}}, "510000: 3 out of school, but the reasons add up to 4"),
        ({"by_stage": {}}, "510000: 3 out of school, but the stages add up to 0"),
        ({"children": [{**child("513400", 3), "out_of_school": 2}]}, "510000: 3 out of school, but its parts add up to 2"),
        ({"children": [{**child("513400", 3), "poor": 2}]}, "510000: 3 registered-poor out of school, but its parts add up to 2"),
        (cases(by_reason={"work": 2}), "510000: 3 files not closed, but the reasons add up to 2"),
        (cases(overdue=4), "510000: 3 files not closed, but 4 of them overdue"),
        ({"children": [{**child("513400", 3), "cases_open": 2}]}, "510000: 3 files open or persuading, but its parts add up to 2"),
        (
            cases(told={"due_soon": {"open": 1}, "overdue": {"open": 3}}),
            "510000: 3 files open, but of 4 it was told that they are due soon, overdue or escalated",
        ),
        ({"children": [{**child("513400", 3), "overdue": 2}]}, "510000: 3 files overdue, but its parts add up to 2"),
    ],
)
def test_a_sum_that_is_none_is_told(change: dict[str, Any], says: str) -> None:
    assert says in list(unequal_sums({**ANSWERS["510000"], **change}))
    assert says in check_sums({**ANSWERS, "510000": {**ANSWERS["510000"], **change}}.__getitem__)


def test_of_a_sound_answer_nothing_is_told() -> None:
    assert [list(unequal_sums(answer)) for answer in ANSWERS.values()] == [[]] * len(ANSWERS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"by_status": {"dropped_out": 3, "enrolled": 1}}, "1 by_status.enrolled, but the answers for its parts add up to 0"),
        (
            cases(by_state={"open": 3, "persuading": 0, "returned": 0, "closing": 0, "closed": 2}),
            "2 cases.by_state.closed, but the answers for its parts add up to 0",
        ),
        (cases(overdue=2), "2 cases.overdue, but the answers for its parts add up to 3"),
        (
            {"relief": {"living_subsidy": {"suspended": {"grants": 3, "fen": 301}}}},
            "301 relief.living_subsidy.suspended.fen, but the answers for its parts add up to 300",
        ),
        ({"relief": {}}, "0 relief.living_subsidy.suspended.grants, but the answers for its parts add up to 3"),
    ],
)
def test_a_number_that_the_answers_for_the_parts_do_not_make_is_told(change: dict[str, Any], says: str) -> None:
    changed = {**ANSWERS["510000"], **change}
    assert f"510000: {says}" in check_sums({**ANSWERS, "510000": changed}.__getitem__)
    # While the record grows, the numbers of another vector may differ.
    later = {**changed, "as_of": {"offsets": {"0": 8}}}
    assert f"510000: {says}" not in check_sums({**ANSWERS, "510000": later}.__getitem__)


def test_a_silent_county_adds_nothing() -> None:
    silent = {**child("513402", 0), "out_of_school": None, "poor": None}
    prefecture = {**ANSWERS["513400"], "children": [*ANSWERS["513400"]["children"], silent]}
    alone = {**document("513402", 0), "out_of_school": None, "poor": None}
    assert check_sums({**ANSWERS, "513400": prefecture, "513402": alone}.__getitem__) == []


def withheld(answer: dict[str, Any]) -> dict[str, Any]:
    """The same answer without what tells of few children."""
    files = {**answer["cases"], "by_reason": None, "suppressed": True}
    return {**answer, **dict.fromkeys(("poor", "by_reason", "by_stage", "relief")), "cases": files, "suppressed": True}


def hidden(code: str, n: int) -> dict[str, Any]:
    return {**child(code, n), "poor": None, "suppressed": True}


FEW = {
    **ANSWERS,
    "513400": {**ANSWERS["513400"], "children": [hidden("513431", 1), hidden("513401", 2)]},
    "watch52": {**withheld(ANSWERS["watch52"]), "children": [hidden("513431", 1)]},
    "sanqu": {**ANSWERS["sanqu"], "children": [hidden("513431", 1), hidden("513401", 2)]},
    "513431": withheld(ANSWERS["513431"]),
    "513401": withheld(ANSWERS["513401"]),
}


def test_what_is_withheld_of_few_children_adds_nothing() -> None:
    assert check_sums(FEW.__getitem__) == []


@pytest.mark.parametrize(
    ("area", "change", "says"),
    [
        (
            "513400",
            {"poor": 1, "children": [{**child("513431", 2)}, hidden("513401", 1)]},
            "513400: 1 registered-poor out of school, but its parts add up to 2",
        ),
        ("513400", {"out_of_school": 4}, "513400: 4 out of school, but its parts add up to 3"),
        ("513400", {"by_status": {"dropped_out": 3, "enrolled": 9}}, "513400: 9 by_status.enrolled, but the answers for its parts add up to 0"),
        ("513431", {"poor": 1}, "513431: 1 out of school, and poor told that must be withheld"),
        ("513431", {"relief": {}}, "513431: 1 out of school, and relief told that must be withheld"),
    ],
)
def test_a_null_hides_no_wrong_sum(area: str, change: dict[str, Any], says: str) -> None:
    assert says in check_sums({**FEW, area: {**FEW[area], **change}}.__getitem__)


def test_a_county_of_few_children_must_not_be_told_apart() -> None:
    open_ = {**ANSWERS["513431"], "area": {"code": "513431", "level": "county"}}
    assert list(unequal_sums(open_)) == ["513431: 1 out of school, and poor, by_reason, by_stage, relief told that must be withheld"]
    assert list(unequal_sums({**document("513431", 5), "area": {"code": "513431", "level": "county"}})) == []


def test_an_answer_that_is_no_counts_document_is_told() -> None:
    with pytest.raises(AnswerUnreadable, match=r"What was answered for .* is no counts document"):
        check_sums(lambda area: {"area": area})
