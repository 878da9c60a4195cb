"""The flags of a file or of a county: how facts change them, and what must hold before one is raised or settled.

A flag is known by its evidence. It is raised once, cleared or confirmed once, and stays.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from services.case.domain.oversight_refusals import (
    FlaggedMayNot,
    FlagSettled,
    FlagUnknown,
    FlagUnsound,
    GroundNotOfRule,
    NotOfThisSubject,
    SettlingEvidenceMissing,
)
from services.case.domain.refusals import NOT_FAMILY, RoleMayNot
from services.case.domain.stored_numbers import digest_of
from shared.contracts.case_codes import Role
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, RaiseFlag, RecordRecheck
from shared.contracts.flags import CaseFlagCleared, CaseFlagConfirmed, CaseFlagged, CountyFlagCleared, CountyFlagConfirmed, CountyFlagged
from shared.contracts.oversight_codes import GROUNDS, OF_CHILDREN, FlaggedAct, FlagGround, FlagState, Rule

KEPT = 3
"""So many facts of a flag's evidence are kept in a state; the fact has them all."""
ID_DIGITS = 16


class Settled(Struct, frozen=True, gc=False):
    """Who settled a flag, when, and on what ground; none of a flag that was confirmed. ``cause``: a digest of the id of the command."""

    on: date
    office: str
    because: FlagGround | None
    cause: bytes


class Flag(Struct, frozen=True, gc=False):
    """A flag. ``id``: the first 16 digits of its digest; ``evidence``: the first facts of ``pieces``; ``role`` and ``act`` only of a county's."""

    id: str
    rule: Rule
    version: int
    county: str
    flagged: str
    since: date
    day: date
    pieces: int
    evidence: tuple[str, ...]
    role: Role | None = None
    act: FlaggedAct | None = None
    settled: Settled | None = None

    @property
    def state(self) -> FlagState:
        """Return what became of it."""
        if self.settled is None:
            return FlagState.OPEN
        return FlagState.CONFIRMED if self.settled.because is None else FlagState.CLEARED


Flags = tuple[Flag, ...]


def digest_of_evidence(rule: Rule, evidence: Iterable[str]) -> str:
    """Return the digest by which a flag is known: the SHA-256 of the rule and the ids in ascending order, a line each."""
    return sha256("\n".join([rule, *sorted(evidence)]).encode()).hexdigest()


def oldest_open(flags: Flags) -> date | None:
    """Return the day on which the oldest open flag's rule was met; None where none is open."""
    return min((flag.day for flag in flags if flag.settled is None), default=None)


def with_raised(flags: Flags, fact: CaseFlagged | CountyFlagged, county: str) -> Flags:
    """Return the flags after one more was raised in a county."""
    role, act = (fact.role, fact.act) if isinstance(fact, CountyFlagged) else (None, None)
    id_, evidence = fact.digest[:ID_DIGITS], fact.evidence[:KEPT]
    return (*flags, Flag(id_, fact.rule, fact.version, county, fact.flagged, fact.since, fact.day, fact.pieces, evidence, role, act))


def with_settled(flags: Flags, fact: CaseFlagCleared | CaseFlagConfirmed | CountyFlagCleared | CountyFlagConfirmed, *, on: date, cause: str) -> Flags:
    """Return the flags after one was cleared or confirmed on a day."""
    because = fact.because if isinstance(fact, CaseFlagCleared | CountyFlagCleared) else None
    settled = Settled(on, fact.office, because, digest_of(cause))
    return tuple(replace(flag, settled=settled) if flag.id == fact.flag else flag for flag in flags)


def is_new(flags: Flags, command: RaiseFlag, *, on: date, of_child: bool) -> bool:
    """Return whether the evidence of a flag was not flagged before. Raises ``Refusal`` for a flag that cannot be."""
    if (command.rule in OF_CHILDREN) is not of_child:
        raise NotOfThisSubject("this rule speaks of a county" if of_child else "this rule speaks of a child")
    if of_child and (command.by_role is not None or command.act is not None):
        raise FlagUnsound("act", "a flag of a child has neither a role nor an act")
    if not command.since <= command.day <= on:
        raise FlagUnsound("day", "the window begins by the day on which the rule was met, and that day is past")
    if len(set(command.evidence)) != len(command.evidence) or command.pieces < len(command.evidence):
        raise FlagUnsound("pieces", "each fact is named once, and there are no fewer than are named")
    if command.pieces == len(command.evidence) and command.digest != digest_of_evidence(command.rule, command.evidence):
        raise FlagUnsound("digest", "it is the SHA-256 of the rule and the ids in ascending order, a line each")
    return all(flag.id != command.digest[:ID_DIGITS] for flag in flags)


def to_settle(flags: Flags, command: ClearFlag | ConfirmFlag, *, cause: str) -> Flag | None:
    """Return the flag that a command settles, None where the command was decided before. Raises ``Refusal``."""
    flag = next((each for each in flags if each.id == command.flag), None)
    if flag is None:
        raise FlagUnknown
    if flag.settled is not None:
        if flag.settled.cause == digest_of(cause):
            return None
        raise FlagSettled
    if command.role is Role.PARENT:
        raise RoleMayNot(NOT_FAMILY)
    if command.office in (flag.flagged, f"/counties/{flag.county}"):
        raise FlaggedMayNot
    if isinstance(command, ClearFlag) and command.because not in GROUNDS[flag.rule]:
        raise GroundNotOfRule(GROUNDS[flag.rule])
    return flag


def evidence_of(command: ClearFlag | ConfirmFlag | RecordRecheck) -> str:
    """Return what the office refers to that settles a flag or re-checks a file. Raises ``Refusal`` where that is nothing."""
    if command.evidence is None:
        raise SettlingEvidenceMissing
    return command.evidence
