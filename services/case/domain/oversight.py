"""What is kept of a county beside its files: flags that many files raise together, and the periods for which a level above drew its sample.

They are keyed by the county's code, so that all of one county are decided one after the other: the same evidence flags once, and an office draws
once for a period, whoever asks at the same time.
"""

from collections.abc import Container
from datetime import date
from typing import assert_never

from msgspec import Struct

from services.case.domain.flags import Flags, evidence_of, is_new, to_settle, with_raised, with_settled
from services.case.domain.oversight_refusals import AlreadyDrawn, SampleTooLarge
from services.case.domain.refusals import NotYourCounty
from services.case.domain.samples import check_period
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, DrawSample, RaiseFlag
from shared.contracts.flags import CountyFlagCleared, CountyFlagConfirmed, CountyFlagged, OversightFact, SampleDrawn
from shared.states import UnfoldableFact

CountyCommand = RaiseFlag | ClearFlag | ConfirmFlag | DrawSample


class Sample(Struct, frozen=True, gc=False):
    """The newest sample that an office drew of a county. ``digest``: 16 digits of that of the ids drawn."""

    office: str
    since: date
    until: date
    digest: str
    population: int
    size: int


class County(Struct, frozen=True, gc=False):
    """What is known of a county."""

    flags: Flags = ()
    samples: tuple[Sample, ...] = ()


NOTHING = County()
"""A county of which nothing is kept yet."""
SAMPLE_DIGITS = 16


def decide(county: str, known: County, command: CountyCommand, *, on: date, cause: str, answers_for: Container[str]) -> OversightFact | None:
    """Return the fact that a command makes of a county on this day, or None where it says nothing new. Raises ``Refusal``."""
    if county not in answers_for or (isinstance(command, RaiseFlag) and command.county != county):
        raise NotYourCounty
    match command:
        case RaiseFlag():
            return _raised(command) if is_new(known.flags, command, on=on, of_child=False) else None
        case ClearFlag() | ConfirmFlag():
            return _settled(known, command, cause)
        case DrawSample():
            return _sampled(known, command, on)
        case _:
            assert_never(command)


def evolve(county: str, known: County, fact: OversightFact, *, on: date, cause: str) -> County:
    """Return what is known of a county after a fact of this day. Raises ``UnfoldableFact`` for a type nothing is known of."""
    match fact:
        case CountyFlagged():
            return County(with_raised(known.flags, fact, county), known.samples)
        case CountyFlagCleared() | CountyFlagConfirmed():
            return County(with_settled(known.flags, fact, on=on, cause=cause), known.samples)
        case SampleDrawn():
            others = tuple(sample for sample in known.samples if sample.office != fact.office)
            drawn = Sample(fact.office, fact.since, fact.until, fact.digest[:SAMPLE_DIGITS], fact.population, fact.size)
            return County(known.flags, (*others, drawn))
        case _:
            raise UnfoldableFact(f"no rule folds {type(fact).TYPE} into a county: deploy a case worker that knows it")


def _raised(command: RaiseFlag) -> CountyFlagged:
    return CountyFlagged(
        office=command.office,
        rule=command.rule,
        version=command.version,
        flagged=command.flagged,
        since=command.since,
        day=command.day,
        evidence=command.evidence,
        pieces=command.pieces,
        digest=command.digest,
        role=command.by_role,
        act=command.act,
    )


def _settled(known: County, command: ClearFlag | ConfirmFlag, cause: str) -> OversightFact | None:
    flag = to_settle(known.flags, command, cause=cause)
    if flag is None:
        return None
    office, role, evidence = command.office, command.role, evidence_of(command)
    if isinstance(command, ConfirmFlag):
        return CountyFlagConfirmed(office=office, role=role, flag=flag.id, rule=flag.rule, evidence=evidence)
    return CountyFlagCleared(office=office, role=role, flag=flag.id, rule=flag.rule, because=command.because, evidence=evidence)


def _sampled(known: County, command: DrawSample, on: date) -> SampleDrawn | None:
    check_period(command, on)
    if command.size > command.population:
        raise SampleTooLarge
    drawn = next((sample for sample in known.samples if sample.office == command.office), None)
    if drawn is not None and command.since <= drawn.until:
        if (drawn.since, drawn.until, drawn.digest) == (command.since, command.until, command.digest[:SAMPLE_DIGITS]):
            return None
        raise AlreadyDrawn(drawn.until)
    return SampleDrawn(
        office=command.office,
        since=command.since,
        until=command.until,
        seed=command.seed,
        version=command.version,
        population=command.population,
        size=command.size,
        digest=command.digest,
    )
