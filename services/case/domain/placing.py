"""The places that a plan asks for in the school that it names: what becomes of them when the file changes, and where one is missing.

A school decides who has a place (``school.py``); the file knows what it was told. The policies of ``place_policies.py`` carry every change of
``places`` from the file to the school, and the answer back.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from services.case.domain.plan import Plan
from services.case.domain.playbook import playbook_of
from services.case.domain.stored_numbers import digest_of
from services.case.domain.sustaining import BACK
from shared.contracts.case import CaseFact, CaseMoved
from shared.contracts.case_codes import CaseStanding, CaseState
from shared.contracts.case_offices import CaseClosedByReturn
from shared.contracts.case_places import CASE_PLACE_FACTS, CasePlaceAsked
from shared.contracts.place_codes import Place, PlaceState, Placing

_OUT = frozenset({CaseState.OPEN, CaseState.PERSUADING})
HAS = frozenset({PlaceState.HELD, PlaceState.TAKEN})
"""The states in which a child has the place."""
_OF_PLACES = frozenset(CASE_PLACE_FACTS)
_BOARDING = "find-boarding"
"""The step of playbooks by which a child is to board."""
DIGEST = 4
NOTHING_ASKED = bytes(DIGEST * len(Place))


def state_of(placing: Placing, place: Place) -> PlaceState | None:
    """Return where a file stands with a place."""
    return placing.seat if place is Place.SEAT else placing.bed


def with_place(placing: Placing, place: Place, state: PlaceState | None) -> Placing | None:
    """Return the placing with another state of a place; None where there is nothing left of it: the plan names no school any more."""
    after = replace(placing, seat=state) if place is Place.SEAT else replace(placing, bed=state)
    return None if after.seat is after.bed is None else after


def kept(now: CaseStanding | None, fact: CaseFact | None, *, school: str | None = None) -> CaseFact | None:
    """Return the fact of a decision with the places of the file as they are after it. ``school``: where the child is said to be back."""
    if now is None or now.places is None or fact is None or type(fact) in _OF_PLACES:
        return fact
    return replace(fact, after=replace(fact.after, places=_after(now, now.places, fact, school)))


def _after(now: CaseStanding, placing: Placing, fact: CaseFact, school: str | None) -> Placing | None:
    after = fact.after
    if isinstance(fact, CaseClosedByReturn):
        return _only(placing, PlaceState.TAKEN)
    # Gone, handed over to another county, or out again: whoever works on it next asks for a place anew.
    if (after.state is CaseState.CLOSED and now.state is not CaseState.CLOSED) or (after.state in _OUT and now.state not in _OUT):
        return None
    if after.county != now.county and not isinstance(fact, CaseMoved):
        return None
    if now.state in _OUT and after.state in BACK:
        if school is not None and school != placing.school:
            return None
        return placing if school is None else _taken(placing)
    return placing


def _taken(placing: Placing) -> Placing:
    seat, bed = (PlaceState.TAKEN if state is PlaceState.HELD else state for state in (placing.seat, placing.bed))
    return replace(placing, seat=seat, bed=bed)


def _only(placing: Placing, only: PlaceState) -> Placing | None:
    seat, bed = (state if state is only else None for state in (placing.seat, placing.bed))
    return None if seat is bed is None else replace(placing, seat=seat, bed=bed)


def asked_after(asked: bytes, fact: CaseFact, cause: str) -> bytes:
    """Return the digests of the commands that asked for a seat and for a bed last, after a fact that leaves the file with places."""
    if not isinstance(fact, CasePlaceAsked):
        return asked or NOTHING_ASKED
    seat, bed = asked[:DIGEST] or bytes(DIGEST), asked[DIGEST:] or bytes(DIGEST)
    return digest_of(cause) + bed if fact.place is Place.SEAT else seat + digest_of(cause)


def is_answer_to(asked: bytes, place: Place, cause: str) -> bool:
    """Return whether the command of this id was the last that asked for a place."""
    return asked[slice(DIGEST) if place is Place.SEAT else slice(DIGEST, None)] == digest_of(cause)


def missing(now: CaseStanding | None, plan: Plan | None) -> Sequence[Place]:
    """Return the places that a child has not in the school which its plan names: a seat, and a bed where it was asked for or is to board.

    None of a plan that names no school, nor of a closed file.
    """
    if now is None or plan is None or (placing := now.places) is None or now.state is CaseState.CLOSED:
        return ()
    wanted = [Place.SEAT]
    if placing.bed is not None or _is_to_board(now, plan):
        wanted.append(Place.BED)
    return [place for place in wanted if state_of(placing, place) not in HAS]


def _is_to_board(now: CaseStanding, plan: Plan) -> bool:
    at = playbook_of(now.reason, plan.version).place_of(_BOARDING)
    return at is not None and not plan.left >> at & 1
