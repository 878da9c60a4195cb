"""A report taken back, from the submission to the state: the outcomes, and a state that its facts give byte for byte."""

import json
from typing import Any

import pytest
from hypothesis import given

from services.enrolment.decider import EnrolmentDecider
from shared.contracts.student import StudentVoided
from shared.deciding.states.outcomes import Outcome
from shared.events.codec import Unreadable, encode, read_event, read_fact
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment, id_in
from tests.domain.enrolment.invented import History, law
from tests.domain.enrolment.test_voiding_laws import taken_back

CHILD = id_in(0)
IN_SCHOOL = {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 8, "poor": True}
OUT = {"reason": "work", "last_seen": "2020-03-01"}
BACK = {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class"}
HERE = "/counties/513431"


def day(n: int) -> str:
    return f"2020-03-{n:02}T08:00:00+08:00"


def told() -> Enrolment:
    enrolment = Enrolment()
    enrolment.send(CHILD, "enrolled", day(1), IN_SCHOOL, id_="in", source=HERE)
    enrolment.send(CHILD, "dropped-out", day(2), OUT, id_="out", source=HERE)
    enrolment.settle()
    return enrolment


def test_what_became_of_each_report_is_told() -> None:
    enrolment = told()
    enrolment.send(CHILD, "voided", day(3), {"id": "out"}, id_="other's")
    enrolment.send(CHILD, "voided", day(3), {"id": "out"}, id_="v", source=HERE)
    enrolment.send(CHILD, "voided", day(4), {"id": "out"}, id_="v2", source=HERE)
    enrolment.send(CHILD, "voided", day(4), {"id": "v"}, id_="v3", source=HERE)
    enrolment.settle()
    assert enrolment.partitions[0].outcomes[2:] == [Outcome.REFUSED, Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REFUSED]
    event, fact = read_fact(enrolment.partitions[0].record[-1])
    assert isinstance(fact, StudentVoided)
    assert (event.causationid, event.reportedby, fact.id) == ("v", HERE, "out")
    assert enrolment.child(CHILD).status == "enrolled"


def test_the_receipt_of_a_refusal_says_on_which_report_it_rests() -> None:
    enrolment = told()
    enrolment.send(CHILD, "returned", day(3), BACK, id_="back")
    enrolment.settle()
    enrolment.send(CHILD, "voided", day(4), {"id": "out"}, id_="v", source=HERE)
    key, value = enrolment.partitions[0].inputs[-1]
    judged = EnrolmentDecider().judge(key, value, enrolment.partitions[0].states[key], partition=0, offset=3)
    assert judged.outcome is Outcome.REFUSED
    shown = json.loads(judged.exception or b"")
    assert (shown["code"], shown["field"]) == ("not_voidable", "data.id")
    assert "returned, 2020-03-03" in shown["detail"]


def test_a_statement_of_a_county_is_not_taken_back() -> None:
    """The api takes no such report; whoever writes to the log is refused too, and stops no worker."""
    enrolment = Enrolment()
    place, _ = enrolment.send("513431", "county-reported", day(1), {"out_of_school": 3}, id_="r", source=HERE)
    enrolment.settle()
    enrolment.send("513431", "voided", day(2), {"id": "r"}, id_="v", source=HERE)
    enrolment.settle()
    assert enrolment.partitions[place].outcomes == [Outcome.ACCEPTED, Outcome.REFUSED]
    enrolment.send("513431", "completed", day(3), {}, id_="c", source=HERE)
    with pytest.raises(Unreadable, match="the subject is a county"):
        enrolment.settle()


PLACES: dict[str, Any] = {"county": "513431", "term": "2020-autumn", "seats": 3, "beds": 1}


def test_a_statement_of_places_is_recorded_repeated_late_and_not_taken_back() -> None:
    enrolment, school = Enrolment(), "5134310001"
    for n, (type_, data) in enumerate([("places-stated", PLACES), ("places-stated", PLACES), ("voided", dict[str, Any](id="s-0"))]):
        place, _ = enrolment.send(school, type_, day(2 if n < 2 else 3), data, id_=f"s-{n}", source=HERE)
    enrolment.send(school, "places-stated", day(1), PLACES | {"beds": 2}, id_="late", source=HERE)
    enrolment.settle()
    assert enrolment.partitions[place].outcomes == [Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REFUSED, Outcome.LATE]
    event, fact = read_fact(enrolment.partitions[place].record[0])
    assert (event.type, event.subject, fact.seats) == ("cn.baoxue.school.places-stated.v1", school, 3)
    states: dict[bytes, bytes] = {}
    for value in enrolment.partitions[place].record:
        event = read_event(value)
        states[event.subject.encode()] = EnrolmentDecider().evolved(event, states.get(event.subject.encode()))
    assert states == enrolment.partitions[place].states


@pytest.mark.parametrize(
    ("subject", "type_", "data"), [("5134310001", "completed", {}), (CHILD, "places-stated", PLACES), ("513431", "places-stated", PLACES)]
)
def test_what_is_of_a_school_under_another_key_and_the_other_way_round_is_a_dead_letter(subject: str, type_: str, data: dict[str, Any]) -> None:
    enrolment = Enrolment()
    enrolment.send(subject, type_, day(1), data, id_="r", source=HERE)
    with pytest.raises(Unreadable, match="school"):
        enrolment.settle()


def test_a_statement_of_a_county_under_the_key_of_a_child_is_a_dead_letter() -> None:
    enrolment = told()
    enrolment.send(CHILD, "county-reported", day(3), {"out_of_school": 3}, id_="r", source=HERE)
    with pytest.raises(Unreadable, match="the subject is a child"):
        enrolment.settle()


@law
@given(taken_back())
def test_a_state_rebuilt_from_the_record_is_byte_for_byte_the_live_one(history: History) -> None:
    enrolment = Enrolment()
    for place, (by, report) in enumerate(history):
        data = json.loads(encode(report))
        enrolment.send(CHILD, report.TYPE.split(".")[3], by.at.isoformat(), data, id_=by.id or f"r{place}", source=by.source)
    enrolment.settle()
    for place in range(PARTITIONS):
        assert enrolment.rebuilt(place) == enrolment.partitions[place].states
        for value in enrolment.partitions[place].record:
            assert read_event(value).subject == CHILD
    assert set(enrolment.counted().values()) <= {0, 1}
