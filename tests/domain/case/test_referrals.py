"""The referral of a plan to relief, and what relief answered: as the file knows it, shows it, and keeps it."""

from datetime import date

import pytest
from msgspec.structs import replace

from services.case.domain.case import Case, evolve
from services.case.domain.packed import pack, unpack
from services.case.domain.referrals import Answer, Referral
from services.case.domain.stored_numbers import ANSWERS, digest_of
from services.case.domain.timeline import closed_by_merge, happenings_of, was_closed_by_report
from services.case.plan_documents import ReferralShown, StepShown, plan_shown
from shared.contracts.case_codes import CaseState, Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_referrals import CaseReferralAnswered, NoteAnswer
from shared.contracts.relief_referrals import REFERRAL_STEP, ReferralAnswer
from shared.contracts.sequence import sequence_of
from shared.contracts.words import Reason
from tests.domain.case.case_story import back, corrected, day, judge, merged, opened, removed, step, told

TERM = "2020-spring"
REFERRED: tuple[CaseCommand, ...] = (opened(reason=Reason.POVERTY), step(), step(REFERRAL_STEP, role=Role.OFFICER))
"""The step is recorded by the command `given-3`."""


def answer(said: ReferralAnswer = ReferralAnswer.ON_RETURN, n: int = 1, *, asked: str = "given-3", fen: int | None = None) -> NoteAnswer:
    return NoteAnswer(asked=asked, fact=sequence_of(n, 0), answer=said, term=TERM, fen=fen)


def shown(case: Case) -> StepShown:
    assert case.standing is not None
    return next(each for each in plan_shown(case, case.standing, day(9)).steps if each.step == REFERRAL_STEP)


def test_a_file_that_was_referred_waits_for_the_answer_and_then_has_it() -> None:
    waiting = told(REFERRED)
    assert waiting.referral == Referral(digest_of("given-3"))
    assert (shown(waiting).state, shown(waiting).referral) == ("done", ReferralShown())
    assert waiting.standing is not None
    fact = judge(waiting, answer(fen=31_250), on=day(4), cause="c")
    assert fact == CaseReferralAnswered(
        before=waiting.standing, after=waiting.standing, fact=sequence_of(1, 0), answer=ReferralAnswer.ON_RETURN, term=TERM, fen=31_250
    )
    answered = evolve(waiting, fact, on=day(4), cause="c")
    assert answered.referral == Referral(digest_of("given-3"), Answer(10_000, ReferralAnswer.ON_RETURN, day(4), TERM, 31_250))
    assert shown(answered).referral == ReferralShown(ReferralAnswer.ON_RETURN, day(4), TERM, 31_250)
    last = happenings_of(answered.history)[-1]
    assert (last.what, last.day, last.answer, last.school_term, last.fen) == ("referral-answered", day(4), ReferralAnswer.ON_RETURN, TERM, 31_250)


def test_what_comes_after_the_step_waits_for_no_answer() -> None:
    case = told(REFERRED)
    assert case.standing is not None
    steps = {each.step: each.state for each in plan_shown(case, case.standing, day(9)).steps}
    assert steps["offer-seat"] == "to_do"


def test_before_the_step_is_done_there_is_no_referral_to_answer() -> None:
    case = told(REFERRED[:2])
    assert (case.referral, shown(case).referral) == (None, None)
    for nobodys in (case, Case()):
        assert judge(nobodys, answer(), on=day(4), cause="c") is None


def test_an_answer_to_another_referral_is_passed_over() -> None:
    assert judge(told(REFERRED), answer(asked="given-2"), on=day(4), cause="c") is None


def test_an_answer_is_noted_once_and_a_newer_one_takes_its_place() -> None:
    answered = told((*REFERRED, answer(ReferralAnswer.NOT_POOR, 5)))
    for n in (5, 4):
        assert judge(answered, answer(ReferralAnswer.NOT_POOR, n), on=day(5), cause="c") is None, "the policies may publish it again from any fact on"
    anew = told((*REFERRED, answer(ReferralAnswer.NOT_POOR, 5), answer(n=6)))
    assert shown(anew).referral == ReferralShown(ReferralAnswer.ON_RETURN, day(5), TERM, None)
    assert [each.answer for each in happenings_of(anew.history)[-2:]] == [ReferralAnswer.NOT_POOR, ReferralAnswer.ON_RETURN]


@pytest.mark.parametrize("ends", [(back(), opened(reason=Reason.POVERTY)), (removed(), opened(reason=Reason.POVERTY)), (corrected(Reason.WORK),)])
def test_a_plan_in_which_the_step_is_not_done_has_no_referral(ends: tuple[CaseCommand, ...]) -> None:
    for story in (REFERRED, (*REFERRED, answer())):
        case = told((*story, *ends))
        assert case.referral is None
        assert judge(case, answer(n=9), on=day(9), cause="c") is None


def test_a_reason_whose_plan_refers_to_relief_too_keeps_the_referral() -> None:
    answered = told((*REFERRED, answer()))
    assert told((*REFERRED, answer(), corrected(Reason.FAMILY))).referral == answered.referral
    assert told((*REFERRED, answer(), back())).referral == answered.referral


@pytest.mark.parametrize("ends", [removed(), merged()])
def test_an_answer_that_comes_to_a_closed_file_changes_nothing_of_how_it_was_closed(ends: CaseCommand) -> None:
    closed = told((*REFERRED, ends))
    fact = judge(closed, answer(), on=day(9), cause="c")
    assert fact is not None
    after = evolve(closed, fact, on=day(9), cause="c")
    assert after.standing == closed.standing
    assert after.standing is not None
    assert after.standing.state is CaseState.CLOSED
    assert (was_closed_by_report(after.history), closed_by_merge(after.history)) == (ends == removed(), closed_by_merge(closed.history))
    assert (closed_by_merge(closed.history) is None) == (ends == removed())


@pytest.mark.parametrize("said", ReferralAnswer)
def test_a_referral_in_every_state_is_read_back_as_it_was(said: ReferralAnswer) -> None:
    assert list(ANSWERS) == list(ReferralAnswer), "the numbers never change"
    for case in (told(REFERRED), told((*REFERRED, answer(said))), told((*REFERRED, answer(said, fen=0))), told((*REFERRED, answer(said, fen=10**9)))):
        assert unpack(pack(case)) == case
    extreme = Answer(2**63 - 1, said, date.max, "2199-autumn", 10**9)
    whole = replace(told(REFERRED), referral=Referral(b"\xff" * 4, extreme))
    assert unpack(pack(whole)) == whole


def test_a_referral_takes_five_bytes_and_seventeen_more_with_its_answer() -> None:
    without = replace(told(REFERRED), referral=None)
    assert len(pack(told(REFERRED))) - len(pack(without)) == 5
    answered = told((*REFERRED, answer()))
    assert len(pack(answered)) - len(pack(replace(answered, referral=None))) == 22
