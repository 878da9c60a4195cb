"""A file as bytes is read back as it was; its lists and its history are read from the same bytes."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from services.case.domain import entries, packed, stored_numbers, timeline
from services.case.domain.case import Case, evolve
from services.case.domain.entries import Happening
from services.case.domain.packed import FALLS, SHARDS, pack, places_in_lists, unpack
from services.case.domain.stored_numbers import NO_DAY, pack_day
from services.case.domain.timeline import knows_again
from shared.contracts.case_codes import AttemptMethod, AttemptOutcome, Corroboration, DecliningReason, MetWith, PlanChange, PlanChangeReason, Role
from shared.contracts.oversight_codes import Finding, FlaggedAct, FlagGround, Rule
from shared.contracts.place_codes import FreeingReason, Place, PlaceState, Shortage
from shared.contracts.words import Reason, RemovalCode
from shared.states import UnknownFormat
from tests.domain.case.case_story import (
    OFFICE,
    PREFECTURE,
    SCHOOL,
    STORIES,
    ZHAOJUE,
    attempt,
    back,
    begun,
    closed,
    corrected,
    day,
    judge,
    moved,
    on_leave,
    opened,
    plan_change,
    removed,
    step,
    told,
)


@pytest.mark.parametrize("story", [story for story in STORIES if story != "—"])
def test_a_packed_file_is_read_back_as_it_was(story: str) -> None:
    case = told(STORIES[story])
    assert unpack(pack(case)) == case


def test_a_file_that_was_opened_takes_35_bytes_and_13_more_once_its_child_is_back() -> None:
    assert (len(pack(told([opened()]))), len(pack(told([opened(), back()])))) == (35, 48)


def test_attempts_beyond_count_are_kept_as_many() -> None:
    case = told([opened(), attempt()])
    assert case.standing is not None
    tireless = replace(case, standing=replace(case.standing, attempts=70_000))
    kept = unpack(pack(tireless)).standing
    assert kept is not None
    assert kept.attempts == 16_383


def test_no_state_is_a_child_without_a_file() -> None:
    assert unpack(None) == Case()


UNKNOWN_URGENCY = b"\x08\0" + bytes(3) + b"\x0b\0\0\0" + bytes(10) + b"\0\x0b\0\1\x38"


@pytest.mark.parametrize("state", [b"", b"\7" * 24, b"\x08\0", b"\x08\xff" + bytes(22), b"\x08" + bytes(23), UNKNOWN_URGENCY])
def test_bytes_that_are_no_state_are_an_error_that_says_what_to_do(state: bytes) -> None:
    with pytest.raises(UnknownFormat, match=r"generation|rebuild"):
        unpack(state)


def test_without_looking_at_the_format_another_ones_state_would_be_taken_for_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    other = b"\1" + pack(told([opened()]))[1:]
    monkeypatch.setattr(packed, "check_format", lambda *_: None)
    assert unpack(other).standing == told([opened()]).standing


def test_a_file_stands_in_the_list_of_its_county_and_state_by_the_day_that_is_due() -> None:
    assert places_in_lists(pack(told([opened()])))[0] == (f"{ZHAOJUE}:open", pack_day(day(8)))
    assert places_in_lists(pack(told([opened("010001")])))[0][0] == "010001:open"
    assert places_in_lists(pack(told([opened(), back()])))[0] == (f"{ZHAOJUE}:returned", pack_day(day(92)))
    assert places_in_lists(pack(told([opened(), removed()]))) == [(f"{ZHAOJUE}:closed", NO_DAY)]


def test_a_file_stands_in_the_list_of_its_shard_by_the_day_on_which_there_is_more_to_tell() -> None:
    shard = f"{int(ZHAOJUE) % len(SHARDS):03}:{FALLS}"
    assert places_in_lists(pack(told([opened()])))[1:] == [(shard, pack_day(day(5)))]
    soon = told([opened(), begun(day(6))])
    assert places_in_lists(pack(soon))[1:] == [(f"{ZHAOJUE}:due_soon", pack_day(day(8))), (shard, pack_day(day(9)))]
    late = told([opened(), begun(day(300))])
    assert places_in_lists(pack(late))[1:] == [(f"{ZHAOJUE}:escalated_province", pack_day(day(8)))]
    assert {place.partition(":")[0] for place, _ in places_in_lists(pack(soon))} <= {ZHAOJUE, *SHARDS}


def test_days_sort_as_they_come_and_what_is_never_due_comes_last() -> None:
    days = [date(1, 1, 1), date(1969, 12, 31), date(2020, 6, 14), date(2020, 6, 15), date(9999, 12, 31)]
    assert [pack_day(each) for each in days] == sorted(pack_day(each) for each in days)
    assert max(map(pack_day, days)) < NO_DAY


# --- history


VISITED: dict[str, Any] = {"number": 1, "role": Role.TEACHER, "met": MetWith.GUARDIAN}


def test_a_history_tells_what_happened_day_by_day() -> None:
    visited = attempt(SCHOOL, method=AttemptMethod.JOINT_VISIT, outcome=AttemptOutcome.WILLING, next_=day(9))
    story = [
        opened(),
        visited,
        moved(),
        corrected(),
        back(),
        opened(ZHAOJUE, Reason.OTHER),
        attempt(),
        back(),
        *closed(),
        opened(reason=None),
        removed(),
    ]
    assert timeline.happenings_of(told([*story, opened(), on_leave()]).history) == [
        Happening("opened", day(1), county=ZHAOJUE, reason=Reason.WORK),
        Happening(
            "attempted",
            day(2),
            office=SCHOOL,
            method=AttemptMethod.JOINT_VISIT,
            outcome=AttemptOutcome.WILLING,
            next=day(9),
            **VISITED,
            happened=day(2),
        ),
        Happening("sent", day(3), from_county=ZHAOJUE, to_county="513429", next=date(2020, 3, 17)),
        Happening("reason-corrected", day(4), county=ZHAOJUE, reason=Reason.LEARNING),
        Happening("put-under-observation", day(5)),
        Happening("reopened", day(6), county=ZHAOJUE, reason=Reason.OTHER),
        Happening("attempted", day(7), office=OFFICE, method=AttemptMethod.VISIT, outcome=AttemptOutcome.PROMISED, **VISITED, happened=day(7)),
        Happening("put-under-observation", day(8)),
        Happening("return-corroborated", day(9), office=SCHOOL, role=Role.TEACHER, by=Corroboration.ATTENDANCE, happened=day(9)),
        Happening("closing-proposed", day(98), office=OFFICE, role=Role.OFFICER),
        Happening("closed-by-return", day(11), office=PREFECTURE, role=Role.OFFICER),
        Happening("reopened", day(12), county=ZHAOJUE),
        Happening("closed-by-removal", day(13), code=RemovalCode.DEATH),
        Happening("reopened", day(14), county=ZHAOJUE, reason=Reason.WORK),
        Happening("closed-by-leave", day(15)),
    ]


def visited_for(days: int) -> Case:
    case = told([opened()])
    for n in range(2, days + 2):
        fact = judge(case, attempt(), on=day(n), cause=f"visit-{n}")
        assert fact is not None
        case = evolve(case, fact, on=day(n), cause=f"visit-{n}")
    return case


def test_a_history_is_bounded_and_forgets_the_oldest_first() -> None:
    case = visited_for(300)
    remembered = timeline.happenings_of(case.history)
    assert len(case.history) <= timeline.MOST_BYTES
    assert len(remembered) >= 24
    assert [each.day for each in remembered] == [day(n) for n in range(302 - len(remembered), 302)]
    assert case.standing is not None
    assert case.standing.attempts == 300


def test_the_last_commands_of_offices_are_known_again() -> None:
    history = visited_for(300).history
    assert all(knows_again(history, f"visit-{n}") for n in range(290, 302))
    assert not knows_again(history, "visit-2")
    assert not knows_again(history, "another")


def test_bytes_that_only_look_like_a_digest_are_none() -> None:
    digest = stored_numbers.digest_of("c")
    looks_like_it = entries._PLACE.pack(1 << 24 | day(1).toordinal(), int.from_bytes(digest))
    assert digest in looks_like_it
    assert not knows_again(looks_like_it * 3, "c")


def test_every_reason_method_outcome_and_code_has_a_number() -> None:
    assert set(stored_numbers.REASONS) == {None, *Reason}
    assert set(stored_numbers.METHODS) == set(AttemptMethod)
    assert set(stored_numbers.OUTCOMES) == set(AttemptOutcome)
    assert set(stored_numbers.CODES) == {None, *RemovalCode}
    assert set(stored_numbers.ROLES) == set(Role)
    assert set(stored_numbers.MET) == set(MetWith)
    assert len(stored_numbers.MET) < 1 << 3
    assert len(stored_numbers.ROLES) < 1 << 4
    assert set(stored_numbers.CORROBORATIONS) == set(Corroboration)
    assert set(stored_numbers.DECLINING) == set(DecliningReason)
    assert set(stored_numbers.CHANGES) == set(PlanChange)
    assert set(stored_numbers.BECAUSE) == set(PlanChangeReason)
    assert set(stored_numbers.RULES) == set(Rule)
    assert set(stored_numbers.GROUNDS) == {None, *FlagGround}
    assert set(stored_numbers.FINDINGS) == set(Finding)
    assert set(stored_numbers.ACTS) == {None, *FlaggedAct}
    assert set(stored_numbers.PLACES) == set(Place)
    assert set(stored_numbers.PLACE_STATES) == {None, *PlaceState}
    assert set(stored_numbers.SHORTAGES) == {None, *Shortage}
    assert set(stored_numbers.FREEING) == set(FreeingReason)
    stored = (
        stored_numbers.REASONS, stored_numbers.METHODS, stored_numbers.OUTCOMES, stored_numbers.ROLES, stored_numbers.CHANGES, stored_numbers.BECAUSE,
        stored_numbers.RULES, stored_numbers.GROUNDS, stored_numbers.ACTS,
    )  # fmt: skip
    assert max(map(len, stored)) <= 16


def test_a_plan_of_which_steps_are_done_takes_four_bytes_more_and_each_step_22_of_the_history() -> None:
    assert len(pack(told([opened(), step()]))) == 35 + 4 + 22
    assert len(pack(told([opened(), plan_change()]))) == 35 + 4 + 20


def test_a_history_tells_what_became_of_the_plan() -> None:
    history = told([opened(), step(happened=day(1)), plan_change(), plan_change(PlanChange.TAKE_IN, because=PlanChangeReason.OTHER)]).history
    assert timeline.happenings_of(history)[1:] == [
        Happening("step-done", day(2), office=OFFICE, role=Role.TOWNSHIP_HEAD, playbook=1, step="visit-home", happened=day(1)),
        Happening(
            "plan-changed", day(3), office=OFFICE, role=Role.EDUCATION_HEAD, playbook=1, step="tutor",
            change=PlanChange.LEAVE_OUT, because=PlanChangeReason.NOT_NEEDED,
        ),
        Happening(
            "plan-changed", day(4), office=OFFICE, role=Role.EDUCATION_HEAD, playbook=1, step="tutor",
            change=PlanChange.TAKE_IN, because=PlanChangeReason.OTHER,
        ),
    ]  # fmt: skip
