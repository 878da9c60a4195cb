"""The events of a topic: the last ones, those between offsets, or those that come."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from services.reporting.audit.console.event_lines import EventFilter, read_event, recorded_at
from services.reporting.audit.sources.log import LoggedRecord, Offsets

LoggedEvent = tuple[LoggedRecord, dict[str, Any] | None]
"""A record and its event, None where its bytes are no event."""

_WIDEN = 8


class Topic(Protocol):
    """A topic that can be read; ``KafkaTopic`` has the contract of each method."""

    def begins(self) -> Offsets: ...
    def read(self, until: Mapping[int, int], *, start: Mapping[int, int] | None = None) -> Iterator[Sequence[LoggedRecord]]: ...
    def follow(self, start: Mapping[int, int]) -> Iterator[Sequence[LoggedRecord]]: ...


def last_events(topic: Topic, chosen: EventFilter, number: int, ends: Mapping[int, int]) -> list[LoggedEvent]:
    """Return the last ``number`` events below ``ends`` that the filter chooses, in the order in which they were recorded.

    The search begins a few records back and goes further back until there are enough. It reads at most about one and an eighth times the topic.
    """
    begins, window = topic.begins(), max(1, number)
    while True:
        start = {part: max(begins[part], end - window) for part, end in ends.items()}
        # No more than the last `number` of a partition can be among the last of all.
        kept: dict[int, deque[LoggedEvent]] = {part: deque(maxlen=number) for part in ends}
        for record, event in _events(topic.read(ends, start=start), chosen):
            kept[record.partition].append((record, event))
        found = sorted((event for part in kept.values() for event in part), key=lambda event: recorded_at(*event))
        # It is enough when every partition has `number` events, or was read from its beginning.
        if all(len(kept[part]) >= number or start[part] == begins[part] for part in ends):
            return found[-number:]
        window *= _WIDEN


def events_between(topic: Topic, chosen: EventFilter, start: Mapping[int, int], ends: Mapping[int, int]) -> Iterator[LoggedEvent]:
    """Yield the chosen events from ``start`` up to ``ends``, each partition in its own order."""
    return _events(topic.read({part: ends[part] for part in start if part in ends}, start=start), chosen)


def events_from(topic: Topic, chosen: EventFilter, start: Mapping[int, int]) -> Iterator[LoggedEvent]:
    """Yield the chosen events from ``start`` on, as they come, for ever."""
    return _events(topic.follow(start), chosen)


def _events(batches: Iterator[Sequence[LoggedRecord]], chosen: EventFilter) -> Iterator[LoggedEvent]:
    for records in batches:
        for record in records:
            event = read_event(record.value)
            if chosen.matches(event):
                yield record, event
