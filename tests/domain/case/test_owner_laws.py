"""What holds of who answers for every history of a file, told from the facts alone."""

from datetime import date
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from services.case.domain.case import INITIAL, evolve
from services.case.domain.owner_commands import answering
from services.case.domain.owner_lists import Kind, lists_of
from services.case.domain.packed import owner_of, pack, places_in_lists
from shared.contracts.case import CaseMoved, CaseOpened, CaseReopened
from shared.contracts.case_codes import CaseState, Role
from shared.contracts.case_owners import CaseGiven, CaseSent, CaseSentBack, CaseTakenOver, CaseUnowned
from tests.domain.case.case_story import BUTUO, CHONGMING, FIRST, SCHOOL, ZHAOJUE, back, moved, numbered, opened, removed
from tests.domain.case.owner_story import OFFICE_HERE, OFFICE_THERE, disowned, given_to, handed_on, marked_unowned, sent_back, taken_over
from tests.domain.case.test_case_laws import ASKED, History, histories, law, live

_OFFICES = (OFFICE_HERE, OFFICE_THERE, f"/counties/{CHONGMING}")
MOVING = [
    *(moved(county) for county in (ZHAOJUE, BUTUO, CHONGMING)),
    *(asked(office) for office in _OFFICES for asked in (taken_over, sent_back, disowned)),
    *(given_to(county) for county in (ZHAOJUE, BUTUO)),
    *(handed_on(Role.PRINCIPAL, SCHOOL, office=office) for office in _OFFICES),
    marked_unowned(), back(), removed(), opened(BUTUO, spell=2), opened(spell=2),
]  # fmt: skip


@st.composite
def journeys(draw: st.DrawFn) -> History:
    """Return a history in which most of what is asked has to do with who answers."""
    asked = draw(st.lists(st.one_of(st.sampled_from(MOVING), st.sampled_from(MOVING), ASKED), max_size=24))
    days = accumulate(draw(st.lists(st.integers(0, 9), min_size=len(asked) + 1, max_size=len(asked) + 1)), initial=FIRST.toordinal())
    begun = [(date.fromordinal(on), each) for on, each in zip(days, [opened(), *asked], strict=False)]
    return [(on, f"c{n}", numbered(each, on)) for n, (on, each) in enumerate(begun)]


@law
@given(st.one_of(journeys(), histories()))
def test_one_county_answers_at_every_moment_and_only_a_word_of_a_county_or_of_the_level_above_makes_it_another(history: History) -> None:
    case = INITIAL
    for on, cause, fact in live(history)[1]:
        case = evolve(case, fact, on=on, cause=cause)
        assert case.standing is not None
        answers = answering(case, on)
        assert answers.office.startswith("/schools/") or answers.office == f"/counties/{case.standing.county}"
        if type(fact) in {CaseSent, CaseSentBack, CaseUnowned}:
            assert fact.before == fact.after, "whoever answered goes on answering, and what was due is due"


@law
@given(st.one_of(journeys(), histories()))
def test_a_hand_over_always_ends_with_exactly_one_county_that_answers(history: History) -> None:
    """Between the sending and the end of a hand-over the county stays the same; it ends with the one to which it was sent last, or otherwise."""
    case = INITIAL
    for on, cause, fact in live(history)[1]:
        before = case
        case = evolve(case, fact, on=on, cause=cause)
        sent = before.owner.hand_over if before.owner else None
        now = case.owner.hand_over if case.owner else None
        assert case.standing is not None
        if sent is not None and now is not None:
            assert case.standing.county in (now.from_county, now.to_county)
            assert before.standing is not None
            assert case.standing.county == before.standing.county
            assert now.since >= sent.since
        if isinstance(fact, CaseTakenOver):
            assert sent is not None
            assert (case.standing.county, fact.from_county, now) == (sent.to_county, sent.from_county, None)
        if now is not None:
            assert case.standing.state is not CaseState.CLOSED
            assert now.from_county != now.to_county


@law
@given(st.one_of(journeys(), histories()))
def test_what_is_nobodys_is_never_lost(history: History) -> None:
    """Only a county that takes the file over, the level above that gives it, or the end of the file takes it out of the queue."""
    case = INITIAL
    for on, cause, fact in live(history)[1]:
        was = case.owner is not None and case.owner.unowned is not None
        case = evolve(case, fact, on=on, cause=cause)
        is_now = case.owner is not None and case.owner.unowned is not None
        if was and not is_now:
            assert isinstance(fact, CaseTakenOver | CaseGiven) or fact.after.state is CaseState.CLOSED
        state = pack(case)
        places, owner = places_in_lists(state), owner_of(state)
        lists = {name for name, _ in lists_of(owner, places)} if owner is not None else set()
        assert case.standing is not None
        assert (f"{case.standing.county}:{Kind.UNOWNED}" in lists) is is_now
        sent = case.owner.hand_over if case.owner else None
        for kind in (Kind.INCOMING, Kind.SENT):
            assert len([name for name in lists if name.endswith(f":{kind}")]) == (sent is not None)


@law
@given(st.one_of(journeys(), histories()))
def test_a_child_has_one_open_spell(history: History) -> None:
    """A file is opened where there is none, or none that is open: a child is never out of school twice at once, wherever it moves."""
    is_out = False
    for _, _, fact in live(history)[1]:
        if isinstance(fact, CaseOpened | CaseReopened):
            assert not is_out
        if isinstance(fact, CaseMoved | CaseSent | CaseTakenOver | CaseGiven):
            assert fact.before is not None
            assert (fact.after.state, fact.after.attempts, fact.after.due) == (fact.before.state, fact.before.attempts, fact.before.due)
        is_out = fact.after.state in {CaseState.OPEN, CaseState.PERSUADING}
