"""What holds for the flags and the re-checks of every history of a file, told from the facts alone."""

from datetime import date
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.case_codes import CaseState
from shared.contracts.flags import FLAG_FACTS, CaseDrawn, CaseFlagCleared, CaseFlagConfirmed, CaseFlagged, CaseRechecked
from shared.contracts.oversight_codes import Finding, FlagState
from tests.domain.case.case_story import FIRST, PREFECTURE, numbered
from tests.domain.case.flag_story import cleared, drawn, flag_confirmed, flag_of, raised, rechecked
from tests.domain.case.test_case_laws import ASKED, HOMECOMING, History, law, live

OVERSEEN = [
    raised(1),
    raised(2),
    cleared(flag_of(1)),
    flag_confirmed(flag_of(1)),
    drawn(),
    drawn(PREFECTURE),
    rechecked(),
    rechecked(Finding.IN_SCHOOL),
]


@st.composite
def overseen(draw: st.DrawFn) -> History:
    """Return a history of months in which most of what is asked has to do with flags and re-checks of a return."""
    asked = draw(st.lists(st.one_of(st.sampled_from(OVERSEEN), st.sampled_from(HOMECOMING), ASKED), max_size=20))
    days = accumulate(draw(st.lists(st.integers(0, 60), min_size=len(asked) + 2, max_size=len(asked) + 2)), initial=FIRST.toordinal())
    begun = [(date.fromordinal(on), each) for on, each in zip(days, [*HOMECOMING[:2], *asked], strict=False)]
    return [(on, f"c{n}", numbered(each, on)) for n, (on, each) in enumerate(begun)]


@law
@given(overseen())
def test_a_flag_is_raised_once_settled_once_by_another_office_and_never_goes(history: History) -> None:
    case, facts = live(history)
    raised_: dict[str, CaseFlagged] = {}
    settled: set[str] = set()
    for _, _, fact in facts:
        match fact:
            case CaseFlagged():
                assert fact.digest[:16] not in raised_
                raised_[fact.digest[:16]] = fact
            case CaseFlagCleared() | CaseFlagConfirmed():
                assert fact.flag not in settled
                assert fact.office not in (raised_[fact.flag].flagged, f"/counties/{fact.county}")
                assert (fact.rule, fact.county) == (raised_[fact.flag].rule, raised_[fact.flag].county)
                assert fact.evidence
                settled.add(fact.flag)
            case _:
                pass
    assert [flag.id for flag in case.flags] == list(raised_)
    assert {flag.id for flag in case.flags if flag.state is not FlagState.OPEN} == settled


@law
@given(overseen())
def test_a_finding_answers_a_draw_of_its_office_and_comes_from_none_that_closed_the_file(history: History) -> None:
    """Only a finding that the child was not there changes the file."""
    waiting: dict[str, CaseDrawn] = {}
    for on, _, fact in live(history)[1]:
        if isinstance(fact, CaseDrawn):
            waiting[fact.office] = fact
        elif isinstance(fact, CaseRechecked):
            asked = waiting.pop(fact.office)
            assert (fact.since, fact.until) == (asked.since, asked.until)
            assert fact.happened <= on
            assert fact.evidence
            assert fact.after == fact.before or (fact.finding, fact.after.state) == (Finding.NOT_IN_SCHOOL, CaseState.RETURNED)
        if isinstance(fact, FLAG_FACTS) and not isinstance(fact, CaseRechecked):
            assert fact.after == fact.before
