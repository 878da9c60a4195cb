"""What holds for every history of a file, whatever is asked and in whichever order."""

from collections import Counter
from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.case.domain.case import INITIAL, Case, evolve, fold
from services.case.domain.ladder import LADDERS
from services.case.domain.packed import pack, places_in_lists, unpack
from services.case.domain.playbook import PLAYBOOKS, playbook_of
from services.case.domain.sustaining import BACK
from shared.contracts.case import CaseFact, CaseJoined, CaseMoved, CaseParted, CasePutUnderObservation, CaseReopened, CaseRestored
from shared.contracts.case_codes import (
    AttemptMethod,
    AttemptOutcome,
    CaseStanding,
    CaseState,
    LawStep,
    MetWith,
    PlanChange,
    PlanChangeReason,
    Role,
    SendingBackReason,
    UnownedReason,
)
from shared.contracts.case_commands import CaseCommand, TakeLawStep
from shared.contracts.case_offices import (
    CaseAttempted,
    CaseClosedByReturn,
    CaseClosingDeclined,
    CaseClosingProposed,
    CaseLawStepTaken,
    CasePlanChanged,
    CaseReturnCorroborated,
    CaseStepDone,
    CaseVisitPlanned,
)
from shared.contracts.case_owners import OWNER_FACTS
from shared.contracts.flags import FLAG_FACTS, CaseRechecked
from shared.contracts.oversight_codes import Finding, FlagGround, Rule
from shared.contracts.sequence import sequence_of
from shared.contracts.words import Reason, RemovalCode, Status
from tests.domain.case.case_story import (
    BUTUO,
    CHONGMING,
    FIRST,
    OFFICE,
    PREFECTURE,
    PROVINCE,
    SCHOOL,
    STORIES,
    THAT_DAY,
    ZHAOJUE,
    attempt,
    back,
    closed,
    confirmed,
    corrected,
    corroborated,
    declined,
    joined,
    judge,
    law_step,
    merged,
    moved,
    numbered,
    on_leave,
    opened,
    parted,
    plan_change,
    plan_visit,
    proposed,
    removed,
    restored,
    step,
)
from tests.domain.case.flag_story import cleared, drawn, flag_confirmed, flag_of, raised, rechecked
from tests.domain.case.owner_story import disowned, given_to, handed_on, marked_unowned, sent_back, taken_over
from tests.domain.decided import decided_in_order

law = settings(max_examples=200, deadline=None)

_county = st.sampled_from([ZHAOJUE, BUTUO, CHONGMING])
_fact = st.integers(0, 12).map(lambda n: sequence_of(FIRST.toordinal() + n, n % 3))
_status = st.sampled_from(Status)
_office = st.one_of(_county.map(lambda county: f"/counties/{county}"), st.just(SCHOOL))
_any_office = _office | st.sampled_from([PREFECTURE, PROVINCE])
_met = st.sampled_from(MetWith)
_next = st.none() | st.integers(-3, 200).map(lambda days: FIRST + timedelta(days))
_step = st.sampled_from(sorted({each.code for playbooks in PLAYBOOKS.values() for playbook in playbooks for each in playbook.steps}))
_happened = st.integers(-200, 15).map(lambda days: FIRST + timedelta(days))
_flag = st.builds(lambda rule, n: flag_of(n, rule=rule), st.sampled_from(Rule), st.integers(1, 3))
ASKED: st.SearchStrategy[CaseCommand] = st.one_of(
    st.builds(opened, _county, st.none() | st.sampled_from(Reason), fact=_fact),
    st.builds(back, _fact, claimant=st.none() | _any_office),
    st.builds(moved, _county, fact=_fact),
    st.builds(corrected, st.sampled_from(Reason), fact=_fact),
    st.builds(removed, st.none() | st.sampled_from(RemovalCode), fact=_fact),
    st.builds(on_leave, _fact),
    st.builds(merged, _fact),
    st.builds(joined, _status, _status, county=_county, spells=st.integers(0, 2), fact=_fact),
    st.builds(parted, _status, county=_county, fact=_fact),
    st.builds(restored, _status, county=_county, fact=_fact),
    st.builds(attempt, _office, method=st.sampled_from(AttemptMethod), outcome=st.sampled_from(AttemptOutcome), met=_met, next_=_next),
    st.builds(corroborated, _any_office, role=st.sampled_from(Role), happened=_happened | st.just(THAT_DAY)),
    st.builds(proposed, _office),
    st.builds(confirmed, _any_office),
    st.builds(declined, _any_office),
    st.builds(step, _step, _office, role=st.sampled_from(Role), happened=_happened),
    st.builds(
        law_step, st.sampled_from(LawStep), _office, role=st.sampled_from([Role.EDUCATION_HEAD, Role.PRINCIPAL]), happened=_happened, term=_next
    ),
    st.builds(plan_visit, st.integers(0, 40).map(lambda n: FIRST + timedelta(n)), _office, role=st.sampled_from(Role)),
    st.builds(lambda rule, n, office: raised(n, rule=rule, office=office), st.sampled_from(Rule), st.integers(1, 3), _any_office),
    st.builds(cleared, _flag, _any_office, because=st.sampled_from(FlagGround)),
    st.builds(flag_confirmed, _flag, _any_office),
    st.builds(drawn, _any_office, seed=st.sampled_from(["seed-one", "seed-two"])),
    st.builds(rechecked, st.sampled_from(Finding), _any_office, happened=_happened | st.just(THAT_DAY)),
    st.builds(plan_change, st.sampled_from(PlanChange), st.none() | _step, _office, because=st.sampled_from(PlanChangeReason)),
    st.builds(taken_over, _office),
    st.builds(sent_back, _office, because=st.sampled_from(SendingBackReason)),
    st.builds(handed_on, st.sampled_from(Role), st.none() | st.just(SCHOOL), office=_office),
    st.builds(disowned, _office, because=st.sampled_from(UnownedReason)),
    st.builds(marked_unowned, _fact),
    st.builds(given_to, _county, _any_office),
)
DAYS = st.integers(0, 15).map(lambda n: FIRST + timedelta(n))

History = list[tuple[date, str, CaseCommand]]
Record = list[tuple[date, str, CaseFact]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Return what is asked of one file, each with its day and id: a known story first, then anything."""
    story = draw(st.sampled_from(list(STORIES.values())))
    asked = draw(st.lists(st.tuples(DAYS, ASKED), max_size=14))
    begun = [(FIRST + timedelta(n), each) for n, each in enumerate(story)]
    return [(on, f"c{n}", numbered(each, on)) for n, (on, each) in enumerate([*begun, *asked])]


def live(history: History, start: Case = INITIAL) -> tuple[Case, Record]:
    return decided_in_order(history, start, decide=judge, evolve=evolve)


@law
@given(histories(), st.integers(0, 20))
def test_folding_in_two_parts_is_folding_at_once(history: History, cut: int) -> None:
    case, facts = live(history)
    assert fold(facts[cut:], start=fold(facts[:cut])) == fold(facts) == case


@law
@given(histories(), DAYS, ASKED)
def test_deciding_twice_decides_nothing(history: History, on: date, asked: CaseCommand) -> None:
    case, _ = live(history)
    again, facts = live([(on, "again", asked)], start=case)
    if facts:
        assert judge(again, asked, on=on, cause="again") is None


@law
@given(histories())
def test_a_history_asked_again_from_its_newest_fact_on_makes_no_second_fact(history: History) -> None:
    """What a worker does after a crash: the commands of the last student's fact, and all that offices asked since, once more."""
    case, facts = live(history)
    made = {cause for _, cause, _ in facts}
    last = max((n for n, (_, cause, asked) in enumerate(history) if cause in made and hasattr(asked, "fact")), default=0)
    assert live([each for each in history[last:] if each[1] in made], start=case) == (case, [])


@law
@given(histories())
def test_what_is_counted_is_the_sum_over_the_facts(history: History) -> None:
    case, facts = live(history)
    counted: Counter[CaseStanding] = Counter()
    for _, _, fact in facts:
        counted[fact.after] += 1
        if fact.before is not None:
            counted[fact.before] -= 1
    assert {standing: n for standing, n in counted.items() if n} == ({case.standing: 1} if case.standing else {})


@law
@given(histories())
def test_each_fact_finds_what_the_one_before_it_left(history: History) -> None:
    left = None
    for _, _, fact in live(history)[1]:
        assert fact.before == left
        left = fact.after


@law
@given(histories())
def test_something_is_due_for_every_file_that_is_not_closed_and_for_no_other(history: History) -> None:
    for _, _, fact in live(history)[1]:
        assert (fact.after.due is None) == (fact.after.state is CaseState.CLOSED)
        assert fact.after != fact.before or isinstance(fact, SAYS_MORE)


SAYS_MORE: tuple[type[CaseFact], ...] = (
    *(CaseJoined, CaseStepDone, CasePlanChanged, CaseLawStepTaken, CaseReturnCorroborated, CaseMoved, CaseVisitPlanned),
    *(*OWNER_FACTS, *FLAG_FACTS),
)
"""The facts that may leave a file's standing as they find it."""


def opens(found: CaseStanding | None) -> bool:
    return found is None or found.state in {CaseState.RETURNED, CaseState.CLOSING, CaseState.CLOSED}


@law
@given(histories())
def test_attempts_only_grow_but_for_a_new_spell(history: History) -> None:
    for _, _, fact in live(history)[1]:
        before = fact.before.attempts if fact.before else 0
        if isinstance(fact, CaseReopened | CaseJoined | CaseParted | CaseRestored) and fact.after.state is CaseState.OPEN and opens(fact.before):
            assert fact.after.attempts == 0
        else:
            assert fact.after.attempts == before + (isinstance(fact, CaseAttempted))


@law
@given(histories(), DAYS, ASKED)
def test_a_decision_changes_nothing_and_is_the_same_every_time(history: History, on: date, asked: CaseCommand) -> None:
    case, facts = live(history)
    if facts:
        once, twice = live([(on, "c", asked)], start=case), live([(on, "c", asked)], start=unpack(pack(case)))
        assert once == twice


@law
@given(histories())
def test_a_packed_file_is_read_back_as_it_was_and_stands_in_the_list_of_its_standing(history: History) -> None:
    case, facts = live(history)
    if facts:
        state = pack(case)
        assert unpack(state) == case
        assert case.standing is not None
        assert places_in_lists(state)[0][0] == f"{case.standing.county}:{case.standing.state}"


@law
@given(histories())
def test_the_plan_of_a_file_is_of_its_reason_and_no_step_was_done_before_those_that_come_first(history: History) -> None:
    case = INITIAL
    for on, cause, fact in live(history)[1]:
        if isinstance(fact, CaseStepDone):
            assert case.plan is not None
            playbook = playbook_of(fact.after.reason, case.plan.version)
            over = {each.code for n, each in enumerate(playbook.steps) if (case.plan.done | case.plan.left) >> n & 1}
            asked = next(each for each in playbook.steps if each.code == fact.step)
            assert set(asked.after) <= over
            assert fact.step not in over
            assert fact.role in asked.roles
        case = evolve(case, fact, on=on, cause=cause)
        assert case.standing is not None
        assert case.plan is not None
        steps = len(playbook_of(case.standing.reason, case.plan.version).steps)
        assert case.plan.done >> steps == case.plan.left >> steps == case.plan.done & case.plan.left == 0


CLIMB = [opened(), attempt(), *(law_step(each, role=Role.EDUCATION_HEAD) for each in LawStep)]


@st.composite
def climbs(draw: st.DrawFn) -> History:
    """Return a history in which each command may come a few weeks after the one before it, most of them steps of the law."""
    asked = draw(st.lists(st.one_of(st.sampled_from(CLIMB), st.sampled_from(CLIMB), ASKED), max_size=20))
    days = accumulate(draw(st.lists(st.integers(0, 25), min_size=len(asked) + 2, max_size=len(asked) + 2)), initial=FIRST.toordinal())
    begun = [(date.fromordinal(on), each) for on, each in zip(days, [*CLIMB[:2], *asked], strict=False)]
    return [
        (on, f"c{n}", replace(numbered(each, on), happened=on) if isinstance(each, TakeLawStep) else numbered(each, on))
        for n, (on, each) in enumerate(begun)
    ]


@law
@given(st.one_of(climbs(), histories()))
def test_no_step_is_taken_out_of_the_laws_order(history: History) -> None:
    """Told from the facts alone: what the ladder has first was taken in the same spell, its terms passed, and somebody tried to persuade."""
    taken: list[CaseLawStepTaken] = []
    for _, _, fact in live(history)[1]:
        if fact.after.attempts == 0:
            taken = []
        if isinstance(fact, CaseLawStepTaken):
            rung = LADDERS[fact.ladder - 1].rung(fact.step)
            assert fact.after.state is CaseState.PERSUADING
            assert fact.after.attempts >= rung.attempts >= 1
            assert set(rung.after) <= {each.step for each in taken}
            assert fact.step not in {each.step for each in taken}
            assert [*(each.step for each in taken), fact.step] == list(LawStep)[: len(taken) + 1]
            assert all(each.happened <= fact.happened for each in taken)
            assert not (rung.waits and taken) or fact.happened > taken[-1].term
            first, last = rung.terms(fact.happened)
            assert first <= fact.term <= last
            taken.append(fact)


HOMECOMING = [opened(), back(), *closed(), declined(), back(claimant=OFFICE), corroborated(OFFICE, role=Role.OFFICER), confirmed(OFFICE)]


@st.composite
def homecomings(draw: st.DrawFn) -> History:
    """Return a history of months in which most of what is asked has to do with a return."""
    asked = draw(st.lists(st.one_of(st.sampled_from(HOMECOMING), st.sampled_from(HOMECOMING), ASKED), max_size=20))
    days = accumulate(draw(st.lists(st.integers(0, 60), min_size=len(asked) + 2, max_size=len(asked) + 2)), initial=FIRST.toordinal())
    begun = [(date.fromordinal(on), each) for on, each in zip(days, [*HOMECOMING[:2], *asked], strict=False)]
    return [(on, f"c{n}", numbered(each, on)) for n, (on, each) in enumerate(begun)]


@law
@given(st.one_of(homecomings(), histories()))
def test_a_file_that_was_closed_by_return_has_the_evidence_of_two(history: History) -> None:
    """Told from the facts alone: somebody else than the claimant knew, the child had stayed, one office would close and another confirmed."""
    claimed: CasePutUnderObservation | CaseRechecked | None = None
    by: CaseReturnCorroborated | None = None
    proposal: CaseClosingProposed | None = None
    until: date | None = None
    for on, _, fact in live(history)[1]:
        match fact:
            case CasePutUnderObservation():
                claimed, by, proposal, until = fact, None, None, fact.after.due
            case CaseReturnCorroborated():
                assert claimed is None or fact.office != claimed.claimant
                by = fact
            case CaseClosingProposed():
                assert by is not None
                assert until is None or on >= until
                proposal = fact
            case CaseClosingDeclined():
                assert proposal is not None
                assert fact.office != proposal.office
                by, proposal, until = None, None, fact.after.due
            case CaseRechecked(finding=Finding.NOT_IN_SCHOOL) if fact.after.state is CaseState.RETURNED:
                claimed, by, proposal, until = fact, None, None, fact.after.due
            case CaseClosedByReturn():
                assert by is not None
                assert proposal is not None
                assert (fact.corroborated_by, fact.proposed_by) == (by.office, proposal.office)
                assert fact.office != proposal.office
                assert by.evidence
                assert proposal.evidence
                assert fact.evidence
            case _:
                if fact.before is None or fact.before.state not in BACK or fact.after.state not in BACK:
                    claimed, by, proposal, until = None, None, None, fact.after.due


@law
@given(st.one_of(homecomings(), histories()))
def test_what_is_known_of_a_return_is_known_as_long_as_the_child_is_back_and_the_file_not_closed(history: History) -> None:
    case = INITIAL
    for on, cause, fact in live(history)[1]:
        case = evolve(case, fact, on=on, cause=cause)
        assert (case.back is not None) == (fact.after.state in BACK)
        if case.back is not None:
            assert (case.back.proposed_by is not None) == (fact.after.state is CaseState.CLOSING)
        assert unpack(pack(case)) == case


@law
@given(histories())
def test_playbooks_of_later_days_change_no_plan_when_the_record_is_read_again(history: History) -> None:
    case, facts = live(history)
    with pytest.MonkeyPatch.context() as later:
        for reason, versions in list(PLAYBOOKS.items()):
            newer = replace(versions[0], version=2, since=FIRST, steps=versions[0].steps[::-1])
            later.setitem(PLAYBOOKS, reason, [*versions, newer])
        assert fold(facts) == case
