"""What the api shows of flags and samples: what each hint is, what would clear it, and what became of it."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from services.case.detector.rulebook import RULEBOOKS
from services.case.domain.case import Case
from services.case.domain.flags import Flag, Flags
from services.case.domain.oversight import County
from services.case.plan_documents import Words
from shared.contracts.case_codes import Role
from shared.contracts.oversight_codes import GROUNDS, Finding, FlaggedAct, FlagGround, FlagState, Rule
from shared.geography.divisions import divisions


class SettledShown(Struct, frozen=True):
    """Who settled a flag, when, and on what ground; null for one that was confirmed."""

    on: date
    office: str
    because: FlagGround | None


class FlagShown(Struct, frozen=True):
    """A flag. ``flagged``: the office of which it speaks; ``evidence``: the ids of the first of ``pieces`` facts; ``grounds``: what may clear it.

    ``role`` and ``act``: of a county's flag, who did what so often.
    """

    id: str
    rule: Rule
    state: FlagState
    version: int
    county: str
    flagged: str
    since: date
    day: date
    pieces: int
    evidence: Sequence[str]
    hint: Words
    clears: Words
    grounds: Sequence[FlagGround]
    role: Role | None
    act: FlaggedAct | None
    settled: SettledShown | None


class DrawShown(Struct, frozen=True):
    """A draw of a file for re-check: by which office, on which day, from the files of which period. ``finding``: null until the re-check."""

    office: str
    on: date
    since: date
    until: date
    finding: Finding | None


class SampleShown(Struct, frozen=True):
    """The newest sample that an office drew of a county: of how many files, and how many."""

    office: str
    since: date
    until: date
    population: int
    size: int


class CountyFlags(Struct, frozen=True):
    """The flags of a county, the newest last, and the newest sample of each level above."""

    county: str
    name: str
    flags: Sequence[FlagShown]
    samples: Sequence[SampleShown]


class CountyFlagsList(Struct, frozen=True):
    """A page of the counties that have open flags, by code. ``next``: the ``after`` of the page that follows."""

    today: date
    counties: Sequence[CountyFlags]
    next: str | None


def flags_shown(flags: Flags) -> Sequence[FlagShown]:
    """Return flags with the words of their rules."""
    return [_shown(flag) for flag in flags]


def draws_shown(case: Case) -> Sequence[DrawShown]:
    """Return the draws of a file."""
    return [DrawShown(draw.office, draw.on, draw.since, draw.until, draw.finding) for draw in case.draws]


def county_shown(code: str, county: County) -> CountyFlags:
    """Return what is kept of a county."""
    samples = [SampleShown(each.office, each.since, each.until, each.population, each.size) for each in county.samples]
    return CountyFlags(code, divisions().counties[code].name, flags_shown(county.flags), samples)


def _shown(flag: Flag) -> FlagShown:
    # Of a version that this code does not have, the newest one says it.
    rule = RULEBOOKS[min(flag.version, len(RULEBOOKS)) - 1].rule(flag.rule)
    settled = None if flag.settled is None else SettledShown(flag.settled.on, flag.settled.office, flag.settled.because)
    return FlagShown(
        flag.id,
        flag.rule,
        flag.state,
        flag.version,
        flag.county,
        flag.flagged,
        flag.since,
        flag.day,
        flag.pieces,
        flag.evidence,
        Words(rule.zh, rule.en),
        Words(rule.clears_zh, rule.clears_en),
        GROUNDS[flag.rule],
        flag.role,
        flag.act,
        settled,
    )
