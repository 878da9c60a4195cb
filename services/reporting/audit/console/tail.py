"""Events as they come, or as they came: the last ones, all of them, or those from some offsets on."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from services.reporting.audit.console.event_lines import Logged, Wanted, read_event, recorded_at
from services.reporting.audit.sources.kafka_topic import Offsets

Shown = tuple[Logged, dict[str, Any] | None]
"""A record and its event; None where its bytes are none."""

_WIDEN = 8


class Topic(Protocol):
    """A topic that can be read: see ``KafkaTopic``."""

    def begins(self) -> Offsets:
        """Give the first offset of each partition."""

    def read(self, until: Mapping[int, int], *, start: Mapping[int, int] | None = None) -> Iterator[list[Any]]:
        """Give the records from ``start`` up to ``until``."""

    def follow(self, start: Mapping[int, int]) -> Iterator[list[Any]]:
        """Give the records from ``start`` on, for ever."""


def last_events(topic: Topic, wanted: Wanted, number: int, ends: Mapping[int, int]) -> list[Shown]:
    """Give the last ``number`` events below ``ends`` that are wanted, in the order in which they were recorded.

    Looks back a few records, and further until there are enough; reads at most about one and an eighth times the topic.
    """
    begins, window = topic.begins(), max(1, number)
    while True:
        start = {part: max(begins[part], end - window) for part, end in ends.items()}
        # Of each partition no more than the last `number` can be among the last of all.
        kept: dict[int, deque[Shown]] = {part: deque(maxlen=number) for part in ends}
        for record, event in _wanted(topic.read(ends, start=start), wanted):
            kept[record.partition].append((record, event))
        found = sorted((shown for part in kept.values() for shown in part), key=lambda shown: recorded_at(*shown))
        # Enough only when every partition was looked into as deep as it may matter, or to its beginning.
        if all(len(kept[part]) >= number or start[part] == begins[part] for part in ends):
            return found[-number:]
        window *= _WIDEN


def events_between(topic: Topic, wanted: Wanted, start: Mapping[int, int], ends: Mapping[int, int]) -> Iterator[Shown]:
    """Give the wanted events from ``start`` up to ``ends``, each partition in its own order."""
    return _wanted(topic.read({part: ends[part] for part in start if part in ends}, start=start), wanted)


def events_from(topic: Topic, wanted: Wanted, start: Mapping[int, int]) -> Iterator[Shown]:
    """Give the wanted events from ``start`` on, as they come, for ever."""
    return _wanted(topic.follow(start), wanted)


def _wanted(batches: Iterator[list[Any]], wanted: Wanted) -> Iterator[Shown]:
    for records in batches:
        for record in records:
            event = read_event(record.value)
            if wanted.takes(event):
                yield record, event
