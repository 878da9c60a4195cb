"""A suspicion older than its term opens the file of its child: by facts, from the report that raised it to the file, and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.case.domain.policy_commands import OUT
from shared.contracts.case import CaseClosedByVoid, CaseOpened
from shared.contracts.case_codes import CaseState
from shared.contracts.case_days import TellUrgency
from shared.contracts.student import Standing, StudentCleared, StudentDroppedOut, StudentSuspected
from shared.contracts.suspicions import SuspicionNoted, SuspicionOutstayed, SuspicionSettled, suspicion_of
from shared.contracts.words import ClearedOutcome, FoundBy, Reason, Stage, Status
from tests.components.case.two_sides import PARTITIONS, TwoSides
from tests.domain.case.case_story import ZHAOJUE
from tests.domain.case.place_story import child

CHILDREN = range(1, 4)
LATER = date(2020, 5, 1)
"""More than a month after all that happens in these stories."""


def standing(status: Status, reason: Reason | None = None) -> Standing:
    return Standing(status, ZHAOJUE, Stage.JUNIOR, False, reason)


ENROLLED, SUSPECTED, OUT_FOR_WORK = standing(Status.ENROLLED), standing(Status.SUSPECTED), standing(Status.DROPPED_OUT, Reason.WORK)


class World(TwoSides):
    """Children that are suspected, cleared and dropped out, each as its standing allows."""

    def __init__(self) -> None:
        super().__init__()
        self.standings = dict.fromkeys(CHILDREN, ENROLLED)

    def suspect(self, n: int) -> None:
        if self.standings[n] is ENROLLED:
            self.record(child(n), StudentSuspected(before=ENROLLED, after=SUSPECTED, found_by=FoundBy.COMPARISON))
            self.standings[n] = SUSPECTED

    def clear(self, n: int) -> None:
        if self.standings[n] is SUSPECTED:
            self.record(child(n), StudentCleared(before=SUSPECTED, after=ENROLLED, outcome=ClearedOutcome.WRONG_IDENTITY))
            self.standings[n] = ENROLLED

    def drop_out(self, n: int) -> None:
        if self.standings[n] is not OUT_FOR_WORK:
            self.record(
                child(n), StudentDroppedOut(before=self.standings[n], after=OUT_FOR_WORK, reason=Reason.WORK, spell=1, last_seen=date(2020, 3, 1))
            )
            self.standings[n] = OUT_FOR_WORK

    def pass_days(self, n: int) -> None:
        """Ask what a day that begins asks."""
        self.ask(suspicion_of(child(n)), TellUrgency(day=LATER))

    def state(self, n: int) -> CaseState | None:
        now = self.file(child(n)).standing
        return None if now is None else now.state


def said(world: World, n: int) -> list[type[Any]]:
    return [type(fact) for _, fact in world.facts_of(suspicion_of(child(n)))]


def test_a_suspicion_that_nobody_settles_opens_a_file() -> None:
    world = World()
    world.suspect(1)
    world.settle()
    assert said(world, 1) == [SuspicionNoted]
    assert world.state(1) is None
    world.pass_days(1)
    world.settle()
    assert said(world, 1) == [SuspicionNoted, SuspicionOutstayed]
    ((event, fact),) = world.facts_of(child(1))
    assert isinstance(fact, CaseOpened)
    assert (fact.after.state, fact.after.county, fact.after.reason) == (CaseState.OPEN, ZHAOJUE, Reason.UNKNOWN)
    assert event.reportedby == "/case/policies"


def test_one_that_is_settled_in_time_opens_none() -> None:
    world = World()
    world.suspect(1)
    world.clear(1)
    world.settle()
    world.pass_days(1)
    world.settle()
    assert said(world, 1) == [SuspicionNoted, SuspicionSettled]
    assert world.facts_of(child(1)) == []


def test_a_child_that_was_in_school_after_all_has_its_file_closed_as_such() -> None:
    world = World()
    world.suspect(1)
    world.settle()
    world.pass_days(1)
    world.clear(1)
    world.settle()
    assert [type(fact) for _, fact in world.facts_of(child(1))] == [CaseOpened, CaseClosedByVoid]


def test_a_child_that_had_dropped_out_keeps_its_file_and_gets_its_reason() -> None:
    world = World()
    world.suspect(1)
    world.settle()
    world.pass_days(1)
    world.drop_out(1)
    world.settle()
    now = world.file(child(1)).standing
    assert now is not None
    assert (now.state, now.reason) == (CaseState.OPEN, Reason.WORK)


_child, _partition = st.sampled_from(CHILDREN), st.integers(0, PARTITIONS - 1)
_done = st.one_of(
    st.tuples(st.sampled_from(("suspect", "clear", "drop_out", "pass_days")), _child),
    st.tuples(st.sampled_from(("suspect", "pass_days")), _child),
    st.tuples(st.sampled_from(("decide", "hear", "begin_anew")), _partition),
    st.tuples(st.just("say_again"), _partition, st.integers(0, 20)),
    st.just(("settle",)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_done, max_size=30))
def test_in_whatever_order_it_is_heard_the_file_says_what_became_of_the_child(story: list[tuple[Any, ...]]) -> None:
    world = World()
    for done, *args in story:
        getattr(world, done)(*args)
    world.settle()
    for n in CHILDREN:
        world.pass_days(n)
    world.settle()
    for n in CHILDREN:
        is_out = world.state(n) in OUT
        assert is_out == (world.standings[n] is not ENROLLED), (n, world.standings[n], world.state(n))
        if world.standings[n] is OUT_FOR_WORK:
            now = world.file(child(n)).standing
            assert now is not None
            assert now.reason is Reason.WORK
    for place, part in enumerate(world.partitions):
        assert world.folded(place) == {key: state for key, state in part.states.items() if key in world.folded(place)}
