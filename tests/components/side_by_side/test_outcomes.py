"""What submissions came to, read from what was published: one outcome that differs takes the number away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.side_by_side.measured import NoNumber
from bench.side_by_side.outcomes import outcomes
from bench.side_by_side.rounds import judged
from tests.components.side_by_side.measurements import run

CHILD, OTHER = "5f" * 16, "6a" * 16


def fact(subject: str = CHILD, status: str = "dropped_out", **also: Any) -> dict[str, Any]:
    data = {"before": None, "after": {"status": status, "county": "513431"}}
    said = {"type": "cn.baoxue.student.listed.v1", "time": "2019-03-01T08:00:00+08:00", "causationid": "51-1", "data": data}
    return {"id": "a", "source": "/enrolment", "subject": subject, "sequence": "0-0"} | said | also


def refusal(code: str = "unknown_student", **also: Any) -> dict[str, Any]:
    data = {"code": code, "field": "subject", "detail": "in the words of its writer"}
    return fact() | {"type": "cn.baoxue.report.refused.v1", "data": data} | also


def written(*events: dict[str, Any]) -> list[bytes]:
    return [json.dumps(event).encode() for event in events]


RIGHT = outcomes(written(fact(), fact(status="returned"), fact(OTHER), refusal()))


def test_the_same_outcomes_in_another_order_of_children_have_a_number() -> None:
    one = run("ours", 4.0)
    assert judged(one, outcomes(written(fact(OTHER), fact(id="b", sequence="7-0"), refusal(), fact(status="returned"))), RIGHT) is one


@pytest.mark.parametrize(
    "events",
    [
        [fact(status="returned"), fact(), fact(OTHER), refusal()],
        [fact(), fact(status="returned"), fact(OTHER)],
        [fact(), fact(status="returned"), fact(OTHER), refusal(), refusal()],
        [fact(), fact(status="returned"), fact(OTHER), fact(OTHER), refusal()],
        [fact(), fact(status="returned"), fact(OTHER, status="suspected"), refusal()],
        [fact(), fact(status="returned"), fact(OTHER), refusal("after_removal")],
        [fact(), fact(status="returned"), fact(OTHER, causationid="51-2"), refusal()],
    ],
    ids=["order of a child", "one missing", "a refusal too many", "a fact twice", "another standing", "another code", "another cause"],
)
def test_one_outcome_that_differs_takes_the_number(events: list[dict[str, Any]]) -> None:
    assert isinstance(judged(run("ours", 4.0), outcomes(written(*events)), RIGHT), NoNumber)


def test_what_others_wrote_into_the_record_is_none_of_these_outcomes() -> None:
    assert outcomes(written(fact(source="/case"))) == {}
