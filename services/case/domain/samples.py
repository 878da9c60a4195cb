"""The draws of a file for re-check by the levels above its county: one an office, the newest; and what must hold before one is made or answered."""

from datetime import date

from msgspec import Struct

from services.case.domain.oversight_refusals import (
    AlreadyDrawn,
    CloserMayNot,
    HappenedBeforeDraw,
    LevelAboveNeeded,
    NotDrawn,
    PeriodUnsound,
)
from services.case.domain.refusals import NOT_FAMILY, HappenedInFuture, RoleMayNot
from services.case.domain.stored_numbers import digest_of
from services.case.domain.timeline import closers
from shared.contracts.case_codes import Role
from shared.contracts.flag_commands import DrawFile, DrawSample, RecordRecheck
from shared.contracts.flags import CaseDrawn, CaseRechecked
from shared.contracts.oversight_codes import Finding

_BELOW = ("/counties/", "/schools/")
"""What the offices of counties and schools begin with."""


class Draw(Struct, frozen=True, gc=False):
    """A draw of a file by an office, on a day, for a period. ``finding``: None until the re-check.

    ``cause``: a digest of the seed, and of the id of the command that recorded the finding once there is one.
    """

    office: str
    on: date
    since: date
    until: date
    cause: bytes
    finding: Finding | None = None


Draws = tuple[Draw, ...]


def oldest_waiting(draws: Draws) -> date | None:
    """Return the day of the oldest draw that waits for its re-check; None where none does."""
    return min((draw.on for draw in draws if draw.finding is None), default=None)


def draws_after(draws: Draws, fact: CaseDrawn | CaseRechecked, *, on: date, cause: str) -> Draws:
    """Return the draws after a fact of a day. A finding where nothing was drawn, which only a forged fact has, leaves them as they are."""
    others = tuple(draw for draw in draws if draw.office != fact.office)
    if isinstance(fact, CaseDrawn):
        return (*others, Draw(fact.office, on, fact.since, fact.until, digest_of(fact.seed)))
    drawn = next((draw for draw in draws if draw.office == fact.office), None)
    if drawn is None:
        return draws
    return (*others, Draw(drawn.office, drawn.on, drawn.since, drawn.until, digest_of(cause), fact.finding))


def check_period(command: DrawSample | DrawFile, on: date) -> None:
    """Raise ``Refusal`` for an office that draws nothing, and for a period that is not over."""
    if command.office.startswith(_BELOW):
        raise LevelAboveNeeded
    if not command.since <= command.until < on:
        raise PeriodUnsound


def is_new_draw(draws: Draws, history: bytes, command: DrawFile, *, on: date) -> bool:
    """Return whether a file was not drawn before for this period. Raises ``Refusal``."""
    check_period(command, on)
    known = next((draw for draw in draws if draw.office == command.office), None)
    if known is not None and (known.since, known.until) == (command.since, command.until):
        if known.finding is None and known.cause != digest_of(command.seed):
            raise AlreadyDrawn(known.until)
        return False
    if known is not None and command.since <= known.until:
        raise AlreadyDrawn(known.until)
    if command.office in closers(history):
        raise CloserMayNot
    return True


def to_recheck(draws: Draws, history: bytes, command: RecordRecheck, *, on: date, cause: str) -> Draw | None:
    """Return the draw that a re-check answers, None where the command was decided before. Raises ``Refusal``."""
    drawn = next((draw for draw in draws if draw.office == command.office), None)
    if drawn is not None and drawn.finding is not None and drawn.cause == digest_of(cause):
        return None
    if drawn is None or drawn.finding is not None:
        raise NotDrawn
    if command.role is Role.PARENT:
        raise RoleMayNot(NOT_FAMILY)
    if command.office in closers(history):
        raise CloserMayNot
    if command.happened > on:
        raise HappenedInFuture
    if command.happened < drawn.on:
        raise HappenedBeforeDraw(drawn.on)
    return drawn
