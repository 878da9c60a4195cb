"""Answers that screens get must add up, each in itself."""

from typing import Any

import pytest

from services.reporting.audit.shown import ShownUnreadable
from services.reporting.audit.sums import check_sums, unequal_sums


def document(area: str, total: int, children: dict[str, int] | None = None) -> dict[str, Any]:
    return {
        "area": {"code": area},
        "out_of_school": total,
        "poor": total,
        "by_status": {"dropped_out": total, "enrolled": 9},
        "by_reason": {"work": total},
        "by_stage": {"junior": total},
        "children": [{"code": code, "out_of_school": n, "poor": n} for code, n in (children or {}).items()],
    }


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
        ({"children": [{"code": "513400", "out_of_school": 2, "poor": 3}]}, "510000: 3 out of school, but its parts add up to 2"),
        ({"poor": 1}, "510000: 1 registered-poor out of school, but its parts add up to 3"),
    ],
)
def test_a_sum_that_is_none_is_told(change: dict[str, Any], says: str) -> None:
    assert list(unequal_sums({**ANSWERS["510000"], **change})) == [says]
    assert check_sums({**ANSWERS, "510000": {**ANSWERS["510000"], **change}}.__getitem__) == [says]


def test_a_silent_county_adds_nothing() -> None:
    silent = {"code": "513402", "out_of_school": None, "poor": None}
    prefecture = {**ANSWERS["513400"], "children": [*ANSWERS["513400"]["children"], silent]}
    alone = {**document("513402", 0), "out_of_school": None, "poor": None}
    assert check_sums({**ANSWERS, "513400": prefecture, "513402": alone}.__getitem__) == []


def test_an_answer_that_is_no_counts_document_is_told() -> None:
    with pytest.raises(ShownUnreadable, match=r"What was answered for .* is no counts document"):
        check_sums(lambda area: {"area": area})
