"""Laws of the counts of oversight, for every history that the deciders of case make of commands: nothing is ever fewer than none."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.case.domain import oversight
from services.case.domain.oversight import NOTHING
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, DrawSample, RaiseFlag
from shared.contracts.flags import FLAG_FACTS, CaseDrawn, CaseRechecked, SampleDrawn
from shared.contracts.oversight_codes import FlagGround, Rule
from shared.contracts.refusal import Refusal
from tests.components.reporting.counted_facts import added, folded
from tests.components.reporting.written_facts import CHILD, event
from tests.domain.case.case_story import ZHAOJUE
from tests.domain.case.flag_story import cleared, flag_confirmed, flag_of, raised, sampled
from tests.domain.case.test_case_laws import History, law, live
from tests.domain.case.test_flag_laws import overseen

RULES = (Rule.BURST, Rule.ZERO_STATED)
COMMANDS = st.one_of(
    st.builds(lambda n, rule: raised(n, rule=rule), st.integers(1, 3), st.sampled_from(RULES)),
    st.builds(lambda n: cleared(flag_of(n, rule=Rule.BURST), because=FlagGround.RECHECKED), st.integers(1, 3)),
    st.builds(lambda n, rule: flag_confirmed(flag_of(n, rule=rule)), st.integers(1, 3), st.sampled_from(RULES)),
    st.builds(lambda size: sampled(size=size), st.integers(0, 5)),
)
LATER = date(2020, 6, 14)


def written(type_: str, subject: str, n: int, data: Any) -> bytes:
    return event(type_, subject, n, msgspec.to_builtins(data), source="/case")


def holds_at_every_point(facts: list[bytes]) -> Counter[str]:
    """Fold facts one by one. No number is negative after any of them; what was raised is open, cleared or confirmed. Returns the last cells."""
    raised_: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    for n, fact in enumerate(facts):
        made = added(folded(fact))["cells"]
        cells.update({cell: made[cell] for cell in made if cell[7:].startswith(("flag.", "sample.", "recheck."))})
        assert all(number >= 0 for number in cells.values()), (n, cells)
        if b"flagged.v1" in fact:
            raised_.update(cell.split(".")[1] for cell in made if ":flag." in cell)
        for rule in raised_:
            assert sum(number for cell, number in cells.items() if f":flag.{rule}." in cell) == raised_[rule]
    return cells


@law
@given(overseen())
def test_the_flags_of_a_file_are_never_fewer_than_none_and_none_is_lost(history: History) -> None:
    told = [fact for _, _, fact in live(history)[1] if isinstance(fact, FLAG_FACTS)]
    cells = holds_at_every_point([written(fact.TYPE, CHILD, n, fact) for n, fact in enumerate(told, 1)])
    assert sum(n for cell, n in cells.items() if ":recheck." in cell) == sum(isinstance(fact, CaseRechecked) for fact in told)
    assert sum(n for cell, n in cells.items() if cell.endswith(":sample.told")) == sum(isinstance(fact, CaseDrawn) for fact in told)


@law
@given(st.lists(COMMANDS, max_size=12))
def test_the_flags_of_a_county_are_never_fewer_than_none_and_none_is_lost(
    commands: Iterable[RaiseFlag | ClearFlag | ConfirmFlag | DrawSample],
) -> None:
    known, told = NOTHING, []
    for n, command in enumerate(commands):
        try:
            fact = oversight.decide(ZHAOJUE, known, command, on=LATER, cause=f"c{n}", answers_for={ZHAOJUE})
        except Refusal:
            continue
        if fact is not None:
            known = oversight.evolve(ZHAOJUE, known, fact, on=LATER, cause=f"c{n}")
            told.append(fact)
    cells = holds_at_every_point([written(fact.TYPE, ZHAOJUE, n, fact) for n, fact in enumerate(told, 1)])
    assert cells[f"{ZHAOJUE}:sample.files"] == sum(fact.size for fact in told if isinstance(fact, SampleDrawn))
