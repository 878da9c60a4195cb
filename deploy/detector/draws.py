"""Samples for re-check from a real record: drawn, and drawn again to see whether what was recorded is what the seed draws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from msgspec import Raw

from deploy.detector.record import Topic, read_facts
from services.case.detector.sampling import SAMPLES, Frame, Sampled
from services.reporting.audit.sources.log import Bounds
from shared.clock import china_day
from shared.contracts.case import CaseFact
from shared.contracts.flags import CaseDrawn, SampleDrawn
from shared.contracts.registry import RECORD_LANGUAGE
from shared.events.codec import read_data
from shared.events.envelope import Event
from shared.identity.offices import counties_of_office

_OF_FILES, _SAMPLE = "cn.baoxue.case.", SampleDrawn.TYPE.rpartition(".v")[0]
Period = tuple[str, date, date]
"""An office, and the first and the last day of a period."""


@dataclass(frozen=True)
class Checked:
    """A sample of a county that was recorded, against the one that its seed draws. ``missing``: drawn, and no file says so; ``odd``: the reverse."""

    county: str
    fact: SampleDrawn
    population: int
    digest: str
    missing: Sequence[str]
    odd: Sequence[str]

    @property
    def equal(self) -> bool:
        """Return whether anybody draws what was recorded."""
        return (self.population, self.digest) == (self.fact.population, self.fact.digest) and not self.odd


@dataclass
class _Recorded:
    samples: list[tuple[str, SampleDrawn]] = field(default_factory=list)
    files: dict[Period, set[str]] = field(default_factory=lambda: defaultdict(set))


def frame_of(office: str, since: date, until: date) -> Frame:
    """Return the empty frame of an office: its counties are those below it on the last day of the period."""
    return Frame(office, since, until, counties_of_office(office, until))


def fill(frames: Sequence[Frame], topic: Topic, offsets: Mapping[int, int], bounds: Bounds, read: Callable[[int], object] = lambda n: None) -> None:
    """Fold the record below offsets into frames. Raises ``NewerVersion``, and what the topic raises."""

    def take(event: Event[Raw], _: int) -> None:
        if event.type.startswith(_OF_FILES):
            fact = read_data(RECORD_LANGUAGE, event.type, event.data)
            if isinstance(fact, CaseFact):
                day = china_day(event.recordedtime)
                for frame in frames:
                    frame.take(day, event.subject, fact)

    read_facts(topic, offsets, bounds, take, read)


def check(topic: Topic, offsets: Mapping[int, int], bounds: Bounds, read: Callable[[int], object] = lambda n: None) -> Sequence[Checked]:
    """Draw every sample of the record again, each in the version of the rules that its fact names, and compare. Reads the record twice."""
    recorded = _recorded(topic, offsets, bounds, read)
    frames = {period: frame_of(*period) for period in {(fact.office, fact.since, fact.until) for _, fact in recorded.samples}}
    fill(list(frames.values()), topic, offsets, bounds, read)
    return [_checked(county, fact, frames[fact.office, fact.since, fact.until], recorded) for county, fact in recorded.samples]


def _recorded(topic: Topic, offsets: Mapping[int, int], bounds: Bounds, read: Callable[[int], object]) -> _Recorded:
    found = _Recorded()
    drawn = CaseDrawn.TYPE.rpartition(".v")[0]

    def take(event: Event[Raw], _: int) -> None:
        if event.type.startswith((drawn, _SAMPLE)):
            fact: Any = read_data(RECORD_LANGUAGE, event.type, event.data)
            if isinstance(fact, SampleDrawn):
                found.samples.append((event.subject, fact))
            else:
                found.files[fact.office, fact.since, fact.until].add(event.subject)

    read_facts(topic, offsets, bounds, take, read)
    return found


def _checked(county: str, fact: SampleDrawn, frame: Frame, recorded: _Recorded) -> Checked:
    rules = SAMPLES[min(fact.version, len(SAMPLES)) - 1]
    drawn: Mapping[str, Sampled] = {each.county: each for each in frame.draw(rules, fact.seed)}
    mine = drawn.get(county, Sampled(county, 0, ()))
    files = recorded.files[fact.office, fact.since, fact.until]
    known = {child for each in drawn.values() for child in each.drawn}
    return Checked(county, fact, mine.population, mine.digest, sorted(set(mine.drawn) - files), sorted(files - known))
