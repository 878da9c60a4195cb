"""Each step by which aid follows a merge, taken twice, too late, or after the ids were parted."""

from datetime import date

import pytest

from services.relief.domain.grant import Pupil, evolve
from services.relief.domain.merged_aid import MergeCommand, decide
from services.relief.domain.packed import pack, places_in_lists, unpack
from shared.contracts.relief import (
    AidGivenBack,
    AidHandedOver,
    AidMerged,
    AidTakenOver,
    Grant,
    GrantState,
    HandOverGrant,
    MergeAid,
    PartAid,
    ReliefFact,
    TakeOverGrant,
)
from tests.domain.relief.grants import AUTUMN, given, grant, in_school

OTHER, MERGE = "f" * 32, "00000000-0000-5000-8000-000000000000"
ON = date(2019, 10, 1)
DUE = given(("2019-09-02", in_school)).pupil
MERGED, PARTED = MergeAid(student=OTHER, merge=MERGE), PartAid(student=OTHER, merge=MERGE)
HAND_OVER = HandOverGrant(student=OTHER, merge=MERGE, term=AUTUMN)


def taken(state: GrantState = GrantState.DUE) -> TakeOverGrant:
    return TakeOverGrant(student=OTHER, merge=MERGE, grant=grant(state))


def after(pupil: Pupil, *asked: MergeCommand) -> tuple[Pupil, list[ReliefFact]]:
    """Return the child after all this, and the facts that it made."""
    facts = []
    for each in asked:
        if (fact := decide(pupil, each, on=ON)) is not None:
            pupil = evolve(pupil, fact, on=ON, cause="c")
            facts.append(fact)
    return pupil, facts


def state_of(pupil: Pupil) -> GrantState | None:
    found: Grant | None = pupil.grants[-1].grant if pupil.grants else None
    return None if found is None else found.state


def test_an_id_is_merged_once_and_hands_each_term_over_once() -> None:
    pupil, facts = after(DUE, MERGED, MERGED, HAND_OVER, HAND_OVER)
    assert [type(fact) for fact in facts] == [AidMerged, AidHandedOver]
    assert (state_of(pupil), pupil.eligible) == (GrantState.ENDED, None)


def test_a_grant_that_was_paid_is_handed_over_once_and_stays_paid() -> None:
    paid, _ = after(Pupil(), taken(GrantState.PAID))
    assert state_of(paid) is GrantState.ENDED
    [kept] = DUE.grants
    was_paid = Pupil(DUE.eligible, grants=(type(kept)(grant(GrantState.PAID), kept.history, "A/1"),))
    pupil, facts = after(was_paid, MERGED, HAND_OVER, HAND_OVER)
    assert [type(fact) for fact in facts] == [AidMerged, AidHandedOver]
    assert state_of(pupil) is GrantState.PAID


def test_nothing_is_handed_over_before_the_id_is_merged_or_once_it_is_parted() -> None:
    assert after(DUE, HAND_OVER)[1] == []
    pupil, _ = after(DUE, MERGED, PARTED)
    assert after(pupil, HAND_OVER, MERGED, PARTED)[1] == []
    assert state_of(pupil) is GrantState.DUE


def test_a_grant_is_taken_over_once() -> None:
    pupil, facts = after(Pupil(), taken(), taken())
    assert [type(fact) for fact in facts] == [AidTakenOver]
    assert state_of(pupil) is GrantState.SUSPENDED, "nobody said that the child is in school and poor: nothing is paid before"


def test_a_grant_that_comes_after_the_ids_were_parted_goes_back() -> None:
    pupil, facts = after(Pupil(), PARTED, taken())
    [_, back] = facts
    assert isinstance(back, AidGivenBack)
    assert (back.before, back.after, back.returned, back.term) == (None, None, True, AUTUMN)
    assert pupil.grants == ()
    assert after(pupil, taken(GrantState.PAID))[1] == []


@pytest.mark.parametrize("asked", [(MERGED, HAND_OVER), (taken(),), (taken(GrantState.PAID), PARTED), (MERGED, PARTED)])
def test_a_state_with_merges_is_read_back_as_it_was(asked: tuple[MergeCommand, ...]) -> None:
    pupil, _ = after(DUE, *asked)
    assert unpack(pack(pupil)) == pupil
    assert {place for place, _ in places_in_lists(pack(pupil))} >= {f"{each.grant.county}:{each.grant.state}" for each in pupil.grants}
