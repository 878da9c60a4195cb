"""What the api shows of who answers for a file: somebody of the county's chain, a hand-over and its age, and that it is nobody's."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from services.case.domain.case import Case
from services.case.domain.chain import Level, Line, chain_in
from services.case.domain.owner_commands import answering
from services.case.plan_documents import Words
from shared.contracts.case_codes import CaseStanding, Role, SendingBackReason, UnownedReason


class AnswersShown(Struct, frozen=True):
    """Who answers for a file at this moment: in which role, and in which office."""

    role: Role
    office: str


class HandOverShown(Struct, frozen=True):
    """A file on its way. ``since``: when it was first sent, so many ``days`` ago; ``due``: by when ``to_county`` is to take it over.

    ``turns``: how many times it was sent, back and again too; ``because``: why it was sent back the last time, null where it never was.
    """

    from_county: str
    to_county: str
    since: date
    days: int
    due: date
    overdue: bool
    turns: int
    because: SendingBackReason | None


class UnownedShown(Struct, frozen=True):
    """A file that is nobody's: since when, so many ``days``, and why."""

    since: date
    days: int
    because: UnownedReason


class LinkShown(Struct, frozen=True):
    """One of the chain. ``answers``: whether it is the one who answers."""

    role: Role
    line: Line
    level: Level
    title: Words
    answers: bool


class ChainShown(Struct, frozen=True):
    """The chain of the file's county that is in force. ``area``: whose it is, 100000 for the nation's; ``begins``: who answers at first."""

    area: str
    version: int
    begins: Role
    source: Words
    links: Sequence[LinkShown]


def answers_shown(case: Case, today: date) -> AnswersShown:
    """Return who answers for a file that was opened."""
    answers = answering(case, today)
    return AnswersShown(answers.role, answers.office)


def hand_over_shown(case: Case, today: date) -> HandOverShown | None:
    """Return the hand-over of a file, None where it is on its way nowhere."""
    if case.owner is None or (sent := case.owner.hand_over) is None:
        return None
    days = (today - sent.since).days
    return HandOverShown(sent.from_county, sent.to_county, sent.since, days, sent.due, sent.due < today, sent.turns, sent.because)


def unowned_shown(case: Case, today: date) -> UnownedShown | None:
    """Return since when a file is nobody's, None where it is somebody's."""
    if case.owner is None or (found := case.owner.unowned) is None:
        return None
    return UnownedShown(found.since, (today - found.since).days, found.because)


def chain_shown(case: Case, now: CaseStanding, today: date) -> ChainShown:
    """Return the chain of a file's county with whoever answers marked in it."""
    chain, answers = chain_in(now.county, today), answering(case, today)
    links = [LinkShown(link.role, link.line, link.level, Words(link.zh, link.en), link.role is answers.role) for link in chain.links]
    return ChainShown(chain.area, chain.version, chain.begins, Words(chain.source_zh, chain.source_en), links)
