"""Two ids that are one child, in two partitions: the steps of the merge, what each refuses, and the way back."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from services.enrolment.domain.state import MergeStage
from shared.contracts.student import Standing
from shared.contracts.words import Reason, Stage, Status
from shared.deciding.states.outcomes import Outcome
from tests.components.enrolment.two_writers import BEIJING, DECIDER, PARTITIONS, SICHUAN, Enrolment, id_in

OLDER, YOUNGER, THIRD = id_in(0), id_in(1), id_in(2)
COUNTY, ELSEWHERE, FAR = "513431", "513429", "110101"
IN_SCHOOL: Mapping[str, Any] = {"county": COUNTY, "school": "5134310001", "stage": "junior", "grade": 8, "poor": True}


def day(n: int) -> str:
    return f"2020-03-{n:02d}T08:00:00+08:00"


@pytest.fixture
def enrolment() -> Enrolment:
    """Enrolment with two ids of one child: the younger dropped out, of which the older knows nothing."""
    made = Enrolment()
    made.send(OLDER, "enrolled", day(1), IN_SCHOOL, id_="1")
    made.send(YOUNGER, "enrolled", day(2), {**IN_SCHOOL, "poor": False}, id_="2")
    made.send(YOUNGER, "dropped-out", day(3), {"reason": "work", "last_seen": "2020-03-01"}, id_="3")
    made.settle()
    return made


def say_same(enrolment: Enrolment, one: str, other: str, *, n: int = 10, source: str = SICHUAN) -> Outcome:
    place, offset = enrolment.send(one, "same-as", day(n), {"student": other}, id_=f"same-{n}", source=source)
    enrolment.settle()
    return enrolment.partitions[place].outcomes[offset]


OUT = Standing(Status.DROPPED_OUT, COUNTY, Stage.JUNIOR, False, Reason.WORK)


@pytest.mark.parametrize("announced_by_the_older", [True, False])
def test_the_older_id_survives_with_the_newest_of_each_matter_and_is_counted_once(enrolment: Enrolment, announced_by_the_older: bool) -> None:
    pair = (OLDER, YOUNGER) if announced_by_the_older else (YOUNGER, OLDER)
    assert say_same(enrolment, *pair) is Outcome.ACCEPTED
    assert enrolment.standings() == {OLDER: OUT, YOUNGER: None}
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 0}
    child = enrolment.child(OLDER)
    assert (child.standing, child.spells, child.merge, [each.student for each in child.taken]) == (OUT, 1, None, [YOUNGER])


def test_the_steps_are_announced_agreed_left_taken_over_and_acknowledged(enrolment: Enrolment) -> None:
    say_same(enrolment, OLDER, YOUNGER)
    assert enrolment.steps(OLDER) == ["same-as", "merge-kept", "took-over"]
    assert enrolment.steps(YOUNGER) == ["merge-agreed", "merged", "merge-acknowledged"]


def test_announced_by_the_younger_it_is_a_step_shorter(enrolment: Enrolment) -> None:
    say_same(enrolment, YOUNGER, OLDER)
    assert enrolment.steps(YOUNGER) == ["same-as", "merged", "merge-acknowledged"]
    assert enrolment.steps(OLDER) == ["merge-agreed", "took-over"]


def test_what_is_reported_of_the_merged_id_is_refused_by_the_name_of_the_survivor(enrolment: Enrolment) -> None:
    say_same(enrolment, OLDER, YOUNGER)
    place, offset = enrolment.send(YOUNGER, "household-changed", day(12), {"poor": True}, id_="9")
    refused = judged(enrolment, place, offset)
    assert (refused["code"], refused["field"]) == ("merged", "subject")
    assert OLDER in refused["detail"]


def judged(enrolment: Enrolment, place: int, offset: int) -> dict[str, Any]:
    """Return what the receipt of a refused input says."""
    part = enrolment.partitions[place]
    while len(part.outcomes) < offset:
        enrolment.decide(place)
    key, value = part.inputs[offset]
    shown = DECIDER.judge(key, value, part.states.get(key), partition=place, offset=offset).exception
    enrolment.settle()
    return dict(msgspec.json.decode(shown or b"{}"))


def test_a_report_that_came_under_the_merged_id_is_a_repeat_under_the_survivor(enrolment: Enrolment) -> None:
    say_same(enrolment, OLDER, YOUNGER)
    place, offset = enrolment.send(OLDER, "dropped-out", day(3), {"reason": "work", "last_seen": "2020-03-01"}, id_="again")
    enrolment.settle()
    assert enrolment.partitions[place].outcomes[offset] is Outcome.DUPLICATE


def test_spells_are_added_but_one_that_both_ids_tell_of_is_one(enrolment: Enrolment) -> None:
    enrolment.send(OLDER, "dropped-out", day(2), {"reason": "poverty", "last_seen": "2020-03-01"}, id_="4")
    enrolment.settle()
    say_same(enrolment, OLDER, YOUNGER)
    assert enrolment.child(OLDER).spells == 1
    assert enrolment.child(OLDER).standing == OUT


def test_a_removed_id_takes_no_living_child_with_it(enrolment: Enrolment) -> None:
    """The other id was removed as a duplicate: that says nothing of the child."""
    enrolment.send(YOUNGER, "removed", day(5), {"code": "duplicate"}, id_="5")
    enrolment.settle()
    say_same(enrolment, OLDER, YOUNGER)
    assert enrolment.standings() == {OLDER: Standing(Status.ENROLLED, COUNTY, Stage.JUNIOR, False, None), YOUNGER: None}


@pytest.mark.parametrize(
    ("one", "other", "source", "code", "field"),
    [
        (THIRD, OLDER, SICHUAN, "unknown_student", "subject"),
        (OLDER, OLDER, SICHUAN, "malformed", "data.student"),
        (OLDER, YOUNGER, BEIJING, "not_your_county", "source"),
    ],
)
def test_what_cannot_be_announced_is_refused(enrolment: Enrolment, one: str, other: str, source: str, code: str, field: str) -> None:
    place, offset = enrolment.send(one, "same-as", day(10), {"student": other}, id_="x", source=source)
    refused = judged(enrolment, place, offset)
    assert (refused["code"], refused["field"]) == (code, field)
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 1}


def test_an_id_that_nobody_heard_of_declines_and_both_go_on(enrolment: Enrolment) -> None:
    assert say_same(enrolment, OLDER, THIRD) is Outcome.ACCEPTED
    assert enrolment.steps(THIRD) == ["merge-declined"]
    assert enrolment.steps(OLDER) == ["same-as", "merge-abandoned"]
    assert enrolment.child(OLDER).merge is None
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 1, THIRD: 0}
    enrolment.send(THIRD, "enrolled", day(11), IN_SCHOOL, id_="11")
    enrolment.settle()
    say_same(enrolment, OLDER, THIRD, n=12)
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 1, THIRD: 0}


def test_ids_of_two_provinces_are_merged_once_both_have_said_so(enrolment: Enrolment) -> None:
    enrolment.send(THIRD, "enrolled", day(4), {**IN_SCHOOL, "county": FAR}, id_="4", source=BEIJING)
    enrolment.settle()
    say_same(enrolment, OLDER, THIRD)
    assert enrolment.child(OLDER).merge.stage is MergeStage.CONSENTED  # type: ignore[union-attr]
    assert enrolment.counted()[THIRD] == 1
    say_same(enrolment, THIRD, OLDER, n=11, source=BEIJING)
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 1, THIRD: 0}


def test_consent_that_comes_too_late_for_a_merge_leaves_nobody_waiting(enrolment: Enrolment) -> None:
    """The command is published again, years later say, when the sender may speak for the other id: the merge that it asks for is over."""
    enrolment.send(THIRD, "enrolled", day(4), {**IN_SCHOOL, "county": FAR}, id_="4", source=BEIJING)
    enrolment.settle()
    say_same(enrolment, OLDER, THIRD)
    enrolment.send(THIRD, "moved", day(11), {"county": COUNTY}, id_="5")
    enrolment.settle()
    for place in range(3):
        enrolment.hear_again(place, 0)
    enrolment.settle()
    assert enrolment.steps(THIRD)[-2:] == ["merge-agreed", "merge-abandoned"]
    assert enrolment.child(THIRD).merge is None
    assert enrolment.counted()[THIRD] == 1


def test_ids_that_announce_each_other_at_once_are_merged_once(enrolment: Enrolment) -> None:
    enrolment.send(OLDER, "same-as", day(10), {"student": YOUNGER}, id_="a")
    enrolment.send(YOUNGER, "same-as", day(10), {"student": OLDER}, id_="b")
    for place in (0, 1):
        enrolment.decide(place)
    enrolment.settle()
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 0}
    assert enrolment.child(OLDER).merge is None


# --- the way back


@pytest.mark.parametrize("announced_by_the_older", [True, False])
def test_voiding_the_report_makes_two_children_of_them_again(enrolment: Enrolment, announced_by_the_older: bool) -> None:
    before = enrolment.standings()
    one, other = (OLDER, YOUNGER) if announced_by_the_older else (YOUNGER, OLDER)
    say_same(enrolment, one, other)
    assert void(enrolment, one, "same-10") is Outcome.ACCEPTED
    assert enrolment.standings() == before
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 1}
    assert (enrolment.child(OLDER).taken, enrolment.child(YOUNGER).merge) == ((), None)
    assert void(enrolment, one, "same-10") is Outcome.DUPLICATE
    say_same(enrolment, one, other, n=20)
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 0}


def void(enrolment: Enrolment, child: str, report: str, *, n: int = 15, source: str = SICHUAN) -> Outcome:
    place, offset = enrolment.send(child, "voided", day(n), {"id": report}, id_="void", source=source)
    enrolment.settle()
    return enrolment.partitions[place].outcomes[offset]


def test_what_was_reported_of_the_survivor_in_a_matter_of_its_own_stays(enrolment: Enrolment) -> None:
    say_same(enrolment, OLDER, YOUNGER)
    enrolment.send(OLDER, "household-changed", day(12), {"poor": True}, id_="12")
    enrolment.settle()
    place, offset = enrolment.send(OLDER, "voided", day(15), {"id": "same-10"}, id_="void")
    # The household was the younger's when the older took over, and newer news came of it since.
    assert judged(enrolment, place, offset)["code"] == "not_voidable"


def test_news_that_rests_on_what_was_taken_over_keeps_the_merge(enrolment: Enrolment) -> None:
    say_same(enrolment, YOUNGER, OLDER)
    enrolment.send(OLDER, "returned", day(12), {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class"}, id_="12")
    enrolment.settle()
    assert void(enrolment, YOUNGER, "same-10") is Outcome.ACCEPTED
    assert enrolment.steps(OLDER)[-1] == "release-declined"
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 0}


def test_only_the_sender_of_the_report_takes_it_back(enrolment: Enrolment) -> None:
    say_same(enrolment, OLDER, YOUNGER)
    place, offset = enrolment.send(OLDER, "voided", day(15), {"id": "same-10"}, id_="void", source=f"/counties/{COUNTY}")
    assert judged(enrolment, place, offset)["code"] in {"unknown_type", "not_voidable"}
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 0}


def test_a_chain_of_merges_is_undone_from_its_end(enrolment: Enrolment) -> None:
    enrolment.send(THIRD, "enrolled", day(4), IN_SCHOOL, id_="4")
    enrolment.settle()
    before = enrolment.standings()
    say_same(enrolment, YOUNGER, THIRD, n=10)
    say_same(enrolment, YOUNGER, OLDER, n=11)
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 0, THIRD: 0}
    place, offset = enrolment.send(YOUNGER, "voided", day(15), {"id": "same-10"}, id_="v1")
    assert judged(enrolment, place, offset)["code"] == "not_voidable", "the survivor was merged itself since"
    void(enrolment, YOUNGER, "same-11", n=16)
    enrolment.send(YOUNGER, "voided", day(17), {"id": "same-10"}, id_="v2")
    enrolment.settle()
    assert enrolment.standings() == before


def test_of_two_ids_that_it_took_over_the_later_is_let_go_first(enrolment: Enrolment) -> None:
    # Known an hour later than the survivor, it adds no news: nothing but the order keeps the merge before it.
    enrolment.send(THIRD, "enrolled", "2020-03-01T09:00:00+08:00", IN_SCHOOL, id_="4")
    enrolment.settle()
    before = enrolment.standings()
    say_same(enrolment, OLDER, YOUNGER, n=10)
    say_same(enrolment, OLDER, THIRD, n=11)
    place, offset = enrolment.send(OLDER, "voided", day(15), {"id": "same-10"}, id_="v1")
    assert judged(enrolment, place, offset)["code"] == "not_voidable"
    for n in (11, 10):
        enrolment.send(OLDER, "voided", day(16), {"id": f"same-{n}"}, id_=f"void-{n}")
        enrolment.settle()
    assert enrolment.standings() == before


# --- what comes again, and what comes too early


def hear_all_again(enrolment: Enrolment) -> None:
    for place in range(PARTITIONS):
        enrolment.hear_again(place, 0)
    enrolment.settle()


def test_what_an_id_agrees_to_after_the_other_gave_up_is_declined_by_the_other(enrolment: Enrolment) -> None:
    say_same(enrolment, OLDER, THIRD)
    enrolment.send(THIRD, "enrolled", day(11), IN_SCHOOL, id_="11")
    enrolment.settle()
    hear_all_again(enrolment)
    assert enrolment.steps(OLDER)[-1] == "merge-declined"
    assert enrolment.steps(THIRD)[-2:] == ["merge-agreed", "merge-abandoned"]
    assert enrolment.child(THIRD).merge is None


def test_commands_that_come_again_after_the_merge_was_taken_back_do_not_merge(enrolment: Enrolment) -> None:
    before = enrolment.standings()
    say_same(enrolment, OLDER, YOUNGER)
    void(enrolment, OLDER, "same-10")
    hear_all_again(enrolment)
    assert enrolment.standings() == before
    assert (enrolment.child(OLDER).merge, enrolment.child(YOUNGER).merge) == (None, None)


def test_a_merge_is_not_taken_back_before_the_survivor_took_over(enrolment: Enrolment) -> None:
    place, _ = enrolment.send(YOUNGER, "same-as", day(10), {"student": OLDER}, id_="same")
    while "merged" not in enrolment.steps(YOUNGER):
        for each in range(PARTITIONS):
            if "merged" not in enrolment.steps(YOUNGER):
                enrolment.decide(each)
                enrolment.hear(each)
    place, offset = enrolment.send(YOUNGER, "voided", day(11), {"id": "same"}, id_="void")
    assert judged(enrolment, place, offset)["code"] == "not_voidable"
    enrolment.settle()
    assert enrolment.counted() == {OLDER: 1, YOUNGER: 0}


def test_while_a_merge_is_under_way_no_other_begins(enrolment: Enrolment) -> None:
    enrolment.send(OLDER, "same-as", day(10), {"student": YOUNGER}, id_="same")
    enrolment.decide(0)
    place, offset = enrolment.send(OLDER, "same-as", day(11), {"student": THIRD}, id_="other")
    assert judged(enrolment, place, offset)["code"] == "impossible_order"
