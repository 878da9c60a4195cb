"""The domain and a second, slow implementation agree on every history, in whichever order it arrives."""

from collections import Counter

from hypothesis import given, settings

from services.enrolment.domain.state import INITIAL
from services.enrolment.domain.student import decide, evolve
from shared.contracts.refusal import Refusal
from tests.domain.enrolment.invented import History, histories
from tests.domain.enrolment.scenario import PROVINCES
from tests.domain.enrolment.slow_child import SlowChild

MANY = settings(max_examples=2_000, deadline=None, derandomize=True)
MARKS = ("spell", "unmatched", "completes")


def test_standings_outcomes_and_marks_are_those_of_the_second_implementation() -> None:
    outcomes: Counter[str] = Counter()

    @MANY
    @given(histories())
    def tell(history: History) -> None:
        fast, slow = INITIAL, SlowChild(PROVINCES)
        for told, report in history:
            answer = slow.tell(report, told.at, told.source, told.id)
            marks: dict[str, object] = {}
            try:
                fact = decide(fast, report, told, PROVINCES)
                outcome = "duplicate" if fact is None else "late" if fact.late else "accepted"
            except Refusal as refusal:
                fact, outcome = None, str(refusal.code)
            if fact is not None:
                fast = evolve(fast, fact, told, PROVINCES)
                marks = {name: value for name in MARKS if (value := getattr(fact, name, None))}
                if (completed := marks.get("completes")) is not None:
                    marks["completes"] = (completed.from_county, completed.to_county)  # type: ignore[attr-defined]
            assert (outcome, marks) == (answer.outcome, answer.marks), (told, report)
            standing = fast.standing
            assert (None if standing is None else {name: getattr(standing, name) for name in standing.__struct_fields__}) == slow.standing
            assert (fast.school, fast.grade, fast.prior, fast.spells) == (slow.school, slow.grade, slow.prior, slow.spells)
            assert [(each.lost, each.has) for each in fast.transfers] == slow.open
            outcomes[outcome] += 1

    tell()
    wanted = {"accepted", "late", "duplicate", "id_reused", "not_your_county", "unknown_student", "impossible_order", "after_removal"}
    assert outcomes.keys() == wanted
    assert min(outcomes.values()) > 50
