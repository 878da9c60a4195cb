"""What an attempt to bring a child back (劝返) says: by whom, how, whom they met, what it came to, and when."""

from datetime import date

import pytest

from services.case.domain.entries import Happening
from services.case.domain.timeline import happenings_of
from shared.contracts.case_codes import AttemptMethod, AttemptOutcome, MetWith, Role
from shared.contracts.case_commands import RecordAttempt, RecordAttemptV1
from shared.contracts.case_offices import CaseAttempted, CaseAttemptedV1
from shared.contracts.refusal import RefusalCode
from shared.contracts.registry import INPUT_LANGUAGES, RECORD_LANGUAGE
from shared.events.codec import encode
from tests.domain.case.case_story import OFFICE, SCHOOL, attempt, day, given, opened, told


def test_a_fact_says_who_tried_how_whom_they_met_what_came_of_it_and_when() -> None:
    fact = given(opened(), attempt()).when(attempt(SCHOOL, role=Role.PRINCIPAL, met=MetWith.CHILD, happened=day(2), next_=day(9))).fact
    assert isinstance(fact, CaseAttempted)
    assert (fact.number, fact.office, fact.role, fact.met, fact.happened, fact.next) == (2, SCHOOL, Role.PRINCIPAL, MetWith.CHILD, day(2), day(9))


def test_what_happened_on_the_day_on_which_it_is_recorded_need_not_say_so() -> None:
    fact = given(opened()).when(attempt()).fact
    assert isinstance(fact, CaseAttempted)
    assert fact.happened == day(2)


@pytest.mark.parametrize("met", MetWith)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PARENT])
def test_the_history_tells_all_of_it(role: Role, met: MetWith) -> None:
    asked = attempt(role=role, met=met, outcome=AttemptOutcome.OTHER, happened=day(1))
    assert happenings_of(told([opened(), attempt(), asked]).history)[2] == Happening(
        "attempted", day(3), office=OFFICE, number=2, role=role, method=AttemptMethod.VISIT, met=met, outcome=AttemptOutcome.OTHER, happened=day(1)
    )  # fmt: skip


def test_a_number_beyond_255_is_in_the_record_and_not_in_the_history() -> None:
    history = told([opened(), *[attempt()] * 256]).history
    assert [each.number for each in happenings_of(history)[-2:]] == [255, None]
    assert happenings_of(history)[-1].met is MetWith.GUARDIAN


@pytest.mark.parametrize(
    ("office", "role"), [(OFFICE, None), (OFFICE, Role.PARENT), (SCHOOL, None), (SCHOOL, Role.PARENT), (SCHOOL, Role.TOWNSHIP_HEAD)]
)
def test_nobody_tries_in_a_role_that_the_office_does_not_have(office: str, role: Role | None) -> None:
    rule = "principal, teacher" if office == SCHOOL else "county_head, education_head, township_head, village_head, principal, teacher, officer"
    given(opened()).when(attempt(office, role=role)).then_refused(RefusalCode.MALFORMED, "data.role", f"this is done by: {rule}")


def test_whom_they_met_must_be_said() -> None:
    given(opened()).when(attempt(met=None)).then_refused(RefusalCode.MALFORMED, "data.met", "whom they met: child, guardian")


@pytest.mark.parametrize("outcome", ["promised", "willing", "refused_by_family", "returned_claimed"])
def test_nobody_said_what_nobody_was_there_to_say(outcome: str) -> None:
    asked = attempt(outcome=AttemptOutcome(outcome), met=MetWith.NOBODY)
    given(opened()).when(asked).then_refused(RefusalCode.MALFORMED, "data.met", "nobody was met")


def test_whoever_was_met_was_found() -> None:
    asked = attempt(outcome=AttemptOutcome.NOT_FOUND, met=MetWith.RELATIVE)
    given(opened()).when(asked).then_refused(RefusalCode.MALFORMED, "data.met", "somebody was met")
    assert given(opened()).when(attempt(outcome=AttemptOutcome.NOT_FOUND, met=MetWith.NOBODY)).fact is not None


def test_an_attempt_is_made_by_today_and_recorded_within_half_a_year() -> None:
    given(opened()).when(attempt(happened=day(3))).then_refused(RefusalCode.FUTURE_DATED, "data.happened", "by today")
    on = date(2020, 12, 1)
    given(opened()).when(attempt(happened=date(2020, 5, 31)), on=on).then_refused(RefusalCode.MALFORMED, "data.happened", "183 days")
    assert given(opened()).when(attempt(happened=date(2020, 6, 1)), on=on).fact is not None


def test_what_was_recorded_before_these_were_asked_for_is_read_as_not_known() -> None:
    newer = given(opened()).when(attempt()).fact
    assert isinstance(newer, CaseAttempted)
    older = CaseAttemptedV1(
        before=newer.before, after=newer.after, number=1, office=OFFICE, method=newer.method, outcome=newer.outcome, next=day(9)
    )  # fmt: skip
    read = RECORD_LANGUAGE.read(CaseAttemptedV1.TYPE, encode(older))
    assert isinstance(read, CaseAttempted)
    assert (read.role, read.met, read.happened, read.next) == (None, None, None, day(9))


def test_a_command_of_before_is_refused_for_what_it_does_not_say() -> None:
    older = RecordAttemptV1(office=OFFICE, method=AttemptMethod.VISIT, outcome=AttemptOutcome.PROMISED, next=day(9))
    asked = INPUT_LANGUAGES["case"].read(RecordAttemptV1.TYPE, encode(older))
    assert isinstance(asked, RecordAttempt)
    assert (asked.method, asked.outcome, asked.next) == (older.method, older.outcome, day(9))
    given(opened()).when(asked).then_refused(RefusalCode.MALFORMED, "data.role")
