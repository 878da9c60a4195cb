"""What a file knows of the places of its child: facts like the others of ``case.py``. Where it stands with each is in ``after.places``."""

from shared.contracts.case import CaseFact
from shared.contracts.case_codes import RecordedOffice, Role
from shared.contracts.place_codes import FreeingReason, Place, Shortage


class CasePlaceAsked(CaseFact, frozen=True, kw_only=True):
    """The plan names a school for a term, and an office asks for a place there. What the file had elsewhere is freed."""

    TYPE = "cn.baoxue.case.place-asked.v1"
    office: RecordedOffice
    role: Role
    place: Place


class CasePlaceHeld(CaseFact, frozen=True, kw_only=True):
    """The school holds the place for the child; where the child came back meanwhile, it has taken it."""

    TYPE = "cn.baoxue.case.place-held.v1"
    place: Place


class CasePlaceRefused(CaseFact, frozen=True, kw_only=True):
    """The school has no such place: the plan names a school in which the child has none."""

    TYPE = "cn.baoxue.case.place-refused.v1"
    place: Place
    because: Shortage


class CasePlaceFreed(CaseFact, frozen=True, kw_only=True):
    """An office gives a place up."""

    TYPE = "cn.baoxue.case.place-freed.v1"
    office: RecordedOffice
    role: Role
    place: Place
    because: FreeingReason


CASE_PLACE_FACTS: tuple[type[CaseFact], ...] = (CasePlaceAsked, CasePlaceHeld, CasePlaceRefused, CasePlaceFreed)
