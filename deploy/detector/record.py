"""The rules over a real record: the facts as they lie in Kafka, without repeats and without what does not belong there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from msgspec import Raw

from services.case.detector.detector import Detector
from services.case.detector.flags import Flag
from services.case.detector.happenings import happening_of
from services.reporting.audit.sources.log import Bounds, LoggedRecord
from shared.calendar.school_days import NATION
from shared.clock import china_day
from shared.contracts.registry import RECORD_LANGUAGE, UnknownType
from shared.contracts.sequence import is_sequence, sequence_of
from shared.events.codec import Unreadable, read_data, read_event
from shared.events.dead_letters import Foreign
from shared.events.envelope import Event
from shared.geography.divisions import divisions
from shared.log.belonging import FIGURES, Judge, Known, judge_of

_FIGURES = f"cn.baoxue.{FIGURES}."


class Topic(Protocol):
    """The record, as the auditors' commands read it."""

    @property
    def partitions(self) -> Sequence[int]: ...
    def read(self, until: Mapping[int, int]) -> Iterator[Sequence[LoggedRecord]]: ...


@dataclass
class Reading:
    """What a record held. ``as_of``: the day as of which it was judged, None of an empty one. ``dead``: records that are no facts of this record."""

    flags: list[Flag] = field(default_factory=list)
    as_of: date | None = None
    facts: int = 0
    dead: int = 0
    repeats: int = 0
    too_late: int = 0
    most_held: int = 0


def read_flags(
    topic: Topic, offsets: Mapping[int, int], bounds: Bounds, *, until: datetime | None = None, read: Callable[[int], object] = lambda n: None
) -> Reading:
    """Run the rules over the record below offsets, or what of it was known at a moment.

    ``bounds`` tell what belongs in it. ``read`` is called with the number of records read. Raises ``NewerVersion``, and what the topic raises.
    """
    done, detector = Reading(), Detector(topic.partitions, province_of)

    def take(event: Event[Raw], partition: int) -> None:
        _take(event, partition, detector, done, until)

    def batch_read(number: int) -> None:
        done.most_held = max(done.most_held, detector.held)
        read(number)

    done.dead, done.repeats = read_facts(topic, offsets, bounds, take, batch_read)
    if until is not None:
        done.as_of = china_day(until)
    if done.as_of is not None:
        done.flags = detector.finish(done.as_of)
    done.too_late = detector.too_late
    return done


def read_facts(
    topic: Topic, offsets: Mapping[int, int], bounds: Bounds, take: Callable[[Event[Raw], int], object], read: Callable[[int], object]
) -> tuple[int, int]:
    """Call ``take`` with each fact of the record below offsets, and its partition, in order; return how many records are none, and how many repeats.

    What ``take`` cannot read is none either. ``read`` is called with the number of records of each batch.
    """
    dead = repeats = 0
    sequences: dict[int, dict[str, str]] = defaultdict(dict)
    for batch in topic.read(offsets):
        for partition, records in _by_partition(batch).items():
            judge = judge_of(_known(partition, bounds), records, asked=True)
            for record in records:
                try:
                    event = _belonging(record, judge, sequences[partition])
                    if event is not None:
                        take(event, partition)
                except (Unreadable, UnknownType, Foreign):
                    dead += 1
                    continue
                repeats += event is None
        read(len(batch))
    return dead, repeats


def province_of(county: str) -> str:
    """Return the province of a county's code; the nation of a code that is in no table."""
    found = divisions().counties.get(county)
    return NATION if found is None else found.province


def _belonging(record: LoggedRecord, judge: Judge, last: dict[str, str]) -> Event[Raw] | None:
    """Return the fact in a record, None for a repeat. Raises ``Unreadable``, ``UnknownType``, ``NewerVersion``, ``Foreign``."""
    event = read_event(record.value)
    if not RECORD_LANGUAGE.knows(event.type) and not event.type.startswith(_FIGURES):
        raise RECORD_LANGUAGE.why_not(event.type)
    if not is_sequence(event.sequence):
        raise Unreadable("sequence: not of an input's offset")
    if not all(1 < moment.year < 9999 for moment in (event.time, event.recordedtime)):
        raise Unreadable("time: a year that may have no day in China")
    judge(event.type, event, record, last.get(event.source, ""))
    if event.sequence <= last.get(event.source, ""):
        return None
    last[event.source] = event.sequence
    return event


def _take(event: Event[Raw], partition: int, detector: Detector, done: Reading, until: datetime | None) -> None:
    if until is not None and event.recordedtime > until:
        return
    day = china_day(event.recordedtime)
    done.as_of = day if done.as_of is None else max(done.as_of, day)
    done.facts += 1
    if detector.hears(partition, event.type, event.subject):
        happening = happening_of(event, read_data(RECORD_LANGUAGE, event.type, event.data))
        if happening is not None:
            detector.take(partition, happening)


def _known(partition: int, bounds: Bounds) -> Known:
    ends = {source: sequence_of(offsets[partition], 0) for source, offsets in bounds.inputs.items() if partition in offsets}
    beyond = {offset: sha256 for part, offset, sha256 in bounds.beyond if part == partition}
    return Known(partition, bounds.partitions or 1, ends, beyond)


def _by_partition(records: Iterable[Any]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for record in records:
        found[record.partition].append(record)
    return found
