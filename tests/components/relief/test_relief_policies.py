"""What relief asks itself for because of a student's fact, as ``relief_policies.md`` has it, and what it passes over."""

import re
from datetime import datetime
from itertools import product
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from services.case.domain.playbook import PLAYBOOKS
from services.relief import policies
from services.relief.policies import Change, ReliefPolicies, command_for
from shared.clock import CHINA
from shared.contracts.case_offices import CasePlanChanged, CaseStepDone
from shared.contracts.registry import INPUT_LANGUAGES
from shared.contracts.relief import (
    EndGrant,
    FollowingCommand,
    GrantTermsAid,
    KeepGrant,
    MoveGrant,
    RestoreGrant,
    ResumeGrant,
    SuspendGrant,
)
from shared.contracts.relief_referrals import REFERRAL_STEP, AnswerReferral, NoteHousehold
from shared.contracts.sequence import offset_of
from shared.contracts.student import Standing, StudentReturned, StudentVoided
from shared.contracts.words import Reason, Stage, Status
from shared.deciding.policy_follower import published_commands
from shared.events.codec import encode, read_data, read_event
from shared.events.envelope import Event, EventData
from tests.contracts.published import OF_STUDENTS, golden

ZHAOJUE, BUTUO = "513431", "513429"
CHILD = "0" * 31 + "1"
SEQUENCE = "0000000000000007-0000"
PAGE = (Path(__file__).parent / "relief_policies.md").read_text("utf-8")
KINDS: dict[str, type[FollowingCommand] | None] = {
    "—": None,
    "grant": GrantTermsAid,
    "resume": ResumeGrant,
    "suspend": SuspendGrant,
    "note": NoteHousehold,
    "end": EndGrant,
    "move, in school": MoveGrant,
    "move, out of school": MoveGrant,
}


def places() -> dict[str, list[Status | None]]:
    found: dict[str, list[Status | None]] = {"unknown": [None]}
    for place, words in re.findall(r"\*(in|absent|out|gone)\*: ([a-z_,\s]+)\.", PAGE):
        found[place] = [Status(word) for word in re.findall(r"[a-z_]+", words)]
    return found


def rows() -> dict[tuple[str, str, bool], str]:
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")][2:]
    return {(found, left, moved): (there if moved else here) for found, left, here, there in cells for moved in (False, True)}


PLACES, TABLE = places(), rows()


def standing(status: Status, county: str = ZHAOJUE, *, poor: bool = True) -> Standing:
    return Standing(status, county, Stage.JUNIOR, poor, None)


def test_the_page_has_every_status_and_every_pair_of_places() -> None:
    assert sorted(str(status) for statuses in PLACES.values() for status in statuses) == sorted(["None", *Status])
    assert TABLE.keys() == set(product(PLACES, PLACES.keys() - {"unknown"}, (False, True)))


@pytest.mark.parametrize(("found", "left", "moved"), TABLE)
def test_a_poor_childs_fact_asks_for_what_the_page_says(found: str, left: str, moved: bool) -> None:
    expected = TABLE[found, left, moved]
    for was, now in product(PLACES[found], PLACES[left]):
        assert now is not None
        after = standing(now, BUTUO if moved else ZHAOJUE)
        asked = command_for(standing(was) if was else None, after, SEQUENCE)
        if (kind := KINDS[expected]) is None:
            assert asked is None
            continue
        assert type(asked) is kind
        assert (asked.fact, asked.county, asked.stage, asked.poor) == (SEQUENCE, after.county, after.stage, True)
        if isinstance(asked, MoveGrant):
            assert asked.in_school == (expected == "move, in school")


@pytest.mark.parametrize(("found", "left", "moved"), TABLE)
def test_of_a_child_that_is_not_poor_and_was_not_nothing_is_asked(found: str, left: str, moved: bool) -> None:
    for was, now in product(PLACES[found], PLACES[left]):
        assert now is not None
        after = standing(now, BUTUO if moved else ZHAOJUE, poor=False)
        assert command_for(standing(was, poor=False) if was else None, after, SEQUENCE) is None


def test_without_the_look_at_poverty_every_child_in_school_would_be_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "_concerns_aid", lambda *_: True)
    assert command_for(standing(Status.DROPPED_OUT, poor=False), standing(Status.RETURNED, poor=False), SEQUENCE) is not None


def test_a_household_that_is_lifted_keeps_the_grant_of_a_child_in_school() -> None:
    asked = command_for(standing(Status.ENROLLED), standing(Status.ENROLLED, poor=False), SEQUENCE)
    assert asked == KeepGrant(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=False)


def test_a_household_that_becomes_poor_is_granted_aid() -> None:
    asked = command_for(standing(Status.ENROLLED, poor=False), standing(Status.ENROLLED), SEQUENCE)
    assert asked == GrantTermsAid(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=True)


def test_a_child_that_comes_back_no_longer_poor_asks_for_its_grant_to_be_resumed_and_no_new_one() -> None:
    asked = command_for(standing(Status.ON_LEAVE), standing(Status.ENROLLED, poor=False), SEQUENCE)
    assert asked == ResumeGrant(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=False)


def test_a_child_that_moves_and_is_lifted_at_once_takes_its_grant_along() -> None:
    asked = command_for(standing(Status.ENROLLED), standing(Status.ENROLLED, BUTUO, poor=False), SEQUENCE)
    assert asked == MoveGrant(fact=SEQUENCE, county=BUTUO, stage=Stage.JUNIOR, poor=False, in_school=True)


@pytest.mark.parametrize("out", [Status.DROPPED_OUT, Status.NEVER_ENROLLED])
@pytest.mark.parametrize("void", [False, True])
def test_another_word_on_the_household_of_a_child_out_of_school_is_noted(out: Status, void: bool) -> None:
    for before, after in ((True, False), (False, True)):
        asked = command_for(standing(out, poor=before), standing(out, poor=after), SEQUENCE, void=void)
        assert asked == NoteHousehold(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=after)
    assert command_for(standing(out), standing(out), SEQUENCE, void=void) is None


def test_the_household_of_a_child_that_is_on_leave_is_not_noted() -> None:
    for status in (Status.REGISTERED, Status.ON_LEAVE, Status.IN_TRANSFER):
        assert command_for(standing(status, poor=False), standing(status), SEQUENCE) is None


# --- referrals


def step_done(step: str, *, type_: str = CaseStepDone.TYPE) -> list[EventData]:
    """Return what relief asks because a step of a plan was done."""
    at = datetime(2019, 11, 4, 8, tzinfo=CHINA)
    standings = {"state": "open", "county": ZHAOJUE, "reason": "poverty", "attempts": 0, "due": "2019-11-11"}
    said = {"office": "/counties/513431", "role": "officer", "playbook": 1, "step": step, "happened": "2019-11-04", "evidence": "ZZ/1"}
    value = encode(
        Event(
            specversion="1.0", id="f-1", source="/case", type=type_, subject=CHILD, time=at, recordedtime=at, partitionkey=CHILD,
            sequence=SEQUENCE, causationid="asked-1", correlationid="r-0", data=Raw(encode({"before": standings, "after": standings, **said})),
        )
    )  # fmt: skip
    assert any(mark in value for mark in ReliefPolicies.marks["/case"]) == (step == REFERRAL_STEP), "only these are decoded at all"
    return [*ReliefPolicies().commands(msgspec.json.decode(value, type=ReliefPolicies.hears["/case"]))]  # type: ignore[list-item]  # none is addressed


def test_a_file_that_refers_its_child_is_to_be_answered() -> None:
    assert step_done(REFERRAL_STEP) == [AnswerReferral(asked="asked-1", referral=SEQUENCE)]


def test_another_step_and_a_change_of_the_plan_ask_relief_for_nothing() -> None:
    assert step_done("visit-home") == []
    assert step_done(REFERRAL_STEP, type_=CasePlanChanged.TYPE) == []


def test_each_playbook_that_refers_to_relief_has_the_step_by_this_code() -> None:
    assert {reason for reason, books in PLAYBOOKS.items() if books[-1].place_of(REFERRAL_STEP) is not None} == {Reason.FAMILY, Reason.POVERTY}


# --- reports that were taken back


@pytest.mark.parametrize("gone", [Status.REMOVED, Status.COMPLETED])
def test_a_removal_that_is_taken_back_restores_the_grant(gone: Status) -> None:
    for now, in_school in ((Status.ENROLLED, True), (Status.DROPPED_OUT, False)):
        asked = command_for(standing(gone), standing(now), SEQUENCE, void=True)
        assert asked == RestoreGrant(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=True, in_school=in_school)


def test_a_dropout_that_is_taken_back_resumes_the_grant() -> None:
    asked = command_for(standing(Status.DROPPED_OUT), standing(Status.ENROLLED), SEQUENCE, void=True)
    assert asked == ResumeGrant(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=True)


def test_a_return_that_is_taken_back_suspends_the_grant() -> None:
    asked = command_for(standing(Status.RETURNED), standing(Status.DROPPED_OUT), SEQUENCE, void=True)
    assert asked == SuspendGrant(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=True)


def test_aid_for_which_nothing_speaks_any_more_is_suspended() -> None:
    asked = command_for(standing(Status.ENROLLED), None, SEQUENCE, void=True)
    assert asked == SuspendGrant(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=False), "nobody says any more that it is poor"
    asked = command_for(standing(Status.ENROLLED), standing(Status.ENROLLED, poor=False), SEQUENCE, void=True)
    assert asked == SuspendGrant(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=False)
    assert command_for(None, None, SEQUENCE, void=True) is None
    assert command_for(standing(Status.ENROLLED, poor=False), None, SEQUENCE, void=True) is None


def test_the_policies_know_a_report_that_was_taken_back_by_the_type_of_its_fact() -> None:
    at = datetime(2019, 11, 4, 8, tzinfo=CHINA)
    for type_, asked in ((StudentVoided.TYPE, [SuspendGrant, NoteHousehold]), (StudentReturned.TYPE, [])):
        event = Event[Change](
            specversion="1.0", id="f-1", source="/enrolment", type=type_, subject=CHILD, time=at, recordedtime=at, partitionkey=CHILD,
            sequence=SEQUENCE, causationid="r-1", correlationid="r-0", data=Change(before=standing(Status.ENROLLED), after=None),
        )  # fmt: skip
        assert [type(each) for each in ReliefPolicies().commands(event)] == asked


# --- the fact around it


def fact(data: bytes | None = None) -> bytes:
    at = datetime(2019, 11, 4, 8, tzinfo=CHINA)
    standings = {"before": standing(Status.DROPPED_OUT), "after": standing(Status.RETURNED), "placement": "class"}
    return encode(
        Event(
            specversion="1.0", id="f-1", source="/enrolment", type=StudentReturned.TYPE, subject=CHILD, time=at, recordedtime=at,
            partitionkey=CHILD, sequence=SEQUENCE, causationid="r-1", correlationid="r-0", data=Raw(encode(standings) if data is None else data),
        )
    )  # fmt: skip


def commands_of(found: bytes, *, offset: int = 41) -> list[tuple[bytes, Event[Raw]]]:
    read = msgspec.json.decode(found, type=ReliefPolicies.hears["/enrolment"])
    return [(key, read_event(value)) for key, value in published_commands(ReliefPolicies(), read, partition=3, offset=offset)]


def test_a_command_names_its_fact_and_is_the_same_each_time() -> None:
    [(key, first)], [(_, again)], [(_, other)] = commands_of(fact()), commands_of(fact()), commands_of(fact(), offset=42)
    assert first == again
    assert first.id != other.id
    assert (key, first.subject) == (CHILD.encode(), CHILD)
    assert (first.source, first.causationid, first.correlationid) == ("/relief/policies", "f-1", "r-0")
    assert first.time == datetime(2019, 11, 4, 8, tzinfo=CHINA)
    assert offset_of(first.sequence) == 41, "by this a cursor that was lost is found again"
    asked = read_data(INPUT_LANGUAGES["relief"], first.type, first.data)
    assert asked == ResumeGrant(fact=SEQUENCE, county=ZHAOJUE, stage=Stage.JUNIOR, poor=True)


def test_what_was_reported_late_asks_for_nothing() -> None:
    now = standing(Status.RETURNED)
    assert commands_of(fact(encode({"before": now, "after": now}))) != []
    assert commands_of(fact(encode({"before": now, "after": now, "late": True}))) == []


@pytest.mark.parametrize("data", [b"{}", b'{"before":null,"after":null}', b'{"out_of_school":31}'])
def test_a_fact_that_leaves_no_standing_asks_for_nothing(data: bytes) -> None:
    assert commands_of(fact(data)) == []


@pytest.mark.parametrize("type_", OF_STUDENTS)
def test_every_published_fact_of_a_student_is_read(type_: str) -> None:
    commands_of(golden(type_))
