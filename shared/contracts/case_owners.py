"""Who answers for a child's file (责任主体): the facts of hand-overs between counties, of the chain of a county, and of files that are nobody's.

They are facts of a file like the others of ``case.py``. While a file is on its way the county that ``after`` names answers for it.
"""

from datetime import date

from shared.contracts.case import CaseFact, FollowingFact
from shared.contracts.case_codes import (
    ChainVersion,
    RecordedAnyOffice,
    RecordedOffice,
    Role,
    SendingBackReason,
    UnownedReason,
)
from shared.contracts.words import RecordedCounty


class CaseSent(FollowingFact, frozen=True):
    """The child counts in another county, and its file is sent there. The county that sends it answers until it is taken over, ``due`` by a day."""

    TYPE = "cn.baoxue.case.sent.v1"
    to_county: RecordedCounty
    due: date


class CaseTakenOver(CaseFact, frozen=True):
    """The county to which a file was sent, or sent back, took it over: from now on it answers. ``from_county``: the other one."""

    TYPE = "cn.baoxue.case.taken-over.v1"
    office: RecordedOffice
    role: Role
    from_county: RecordedCounty


class CaseSentBack(CaseFact, frozen=True):
    """The county to which a file was sent sends it back, or the one to which it came back sends it again. ``due``: by when it is to be taken over."""

    TYPE = "cn.baoxue.case.sent-back.v1"
    office: RecordedOffice
    role: Role
    because: SendingBackReason
    to_county: RecordedCounty
    due: date


class CaseHandedOn(CaseFact, frozen=True):
    """Somebody else of the county's chain answers for the file: ``to`` in an office. ``chain``: by which version of the chain."""

    TYPE = "cn.baoxue.case.handed-on.v1"
    office: RecordedOffice
    role: Role
    chain: ChainVersion
    to: Role
    to_office: RecordedOffice


class CaseUnowned(CaseFact, frozen=True):
    """A file is nobody's: the level above has to give it to a county. ``office`` and ``role`` are null where it follows from a report."""

    TYPE = "cn.baoxue.case.unowned.v1"
    because: UnownedReason
    office: RecordedOffice | None = None
    role: Role | None = None


class CaseGiven(CaseFact, frozen=True):
    """An office above the counties gave a file to a county, which answers from now on. ``from_county``: the one that answered before."""

    TYPE = "cn.baoxue.case.given.v1"
    office: RecordedAnyOffice
    role: Role
    from_county: RecordedCounty


OWNER_FACTS: tuple[type[CaseFact], ...] = (CaseSent, CaseTakenOver, CaseSentBack, CaseHandedOn, CaseUnowned, CaseGiven)
