"""Serves all streams: the hub works only for areas that have subscribers, and only after a change.

The steps of a tick, for each area with subscribers: make the document of the view as it stands now, all of one vector; encode its
difference from the area's last document, once; queue the event for each subscriber, and cut off those whose queue is full; every so
often queue a heartbeat after it, whose ``as_of`` is that of the document. Other tasks run after a few subscribers, and after each area.
"""

import asyncio
import itertools
import logging
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from services.reporting.answers.current_view import CurrentView
from services.reporting.answers.documents import AsOf
from services.reporting.answers.exactness import Exactness
from services.reporting.answers.headline import Basis, area_figure
from services.reporting.live.channel import Channel, heartbeat
from services.reporting.live.document import Kind, LiveCounts, live_counts
from services.reporting.live.meters import ApiMeters
from services.reporting.live.subscriber import Subscriber
from services.reporting.view.board_reader import BoardReader
from services.reporting.view.rolled_up import RolledUp
from shared import clock
from shared.http.problems import Problem
from shared.http.server.connection import Connection
from shared.ids import draw_process_id

_AT_ONCE = 50
"""Subscribers served before other tasks run: about 2 ms of work."""
_IDLE_CHANNELS_KEPT = 64
"""Channels without subscribers that are kept for those that come back."""
_GRACE_SECONDS = 1.0
"""Seconds that subscribers have to take the end of their streams when the server stops."""
_RETRY_AFTER = "5"
"""Seconds after which a subscriber that was turned away may try again."""

_log = logging.getLogger(__name__)


class Pace(NamedTuple):
    """The least seconds between two deltas, and between two heartbeats; a heartbeat may come one pause between deltas later."""

    delta: float = 0.5
    heartbeat: float = 1.0


PACE = Pace()
_OPEN_TO_ALL = Exactness(frozenset())


class _Shown(NamedTuple):
    """What a stream shows: an area, and whether the numbers of small cells are in it, and in the headline beside it."""

    area: str
    exact: bool
    exact_headline: bool


class _Stream:
    """The channel of an area and its subscribers. ``turn`` and ``generation`` are those of the view that the channel's document was made from."""

    def __init__(self, channel: Channel, turn: int, generation: str) -> None:
        self.channel, self.turn, self.generation = channel, turn, generation
        self.subscribers: dict[Subscriber, None] = {}


class Hub:
    """All streams of an api. The hub ticks while ``running``."""

    def __init__(
        self,
        reader: BoardReader,
        current: CurrentView,
        *,
        baseline: Basis,
        most: int,
        most_per_address: int,
        meters: ApiMeters,
        pace: Pace = PACE,
    ) -> None:
        """``most``: subscribers at once; ``most_per_address``: of one address."""
        self._reader, self._current, self._baseline, self._pace = reader, current, baseline, pace
        self._most, self._most_per_address = most, most_per_address
        self._streams: OrderedDict[_Shown, _Stream] = OrderedDict()
        self._streams_of: dict[Subscriber, list[_Stream]] = {}
        self._of_address: Counter[str] = Counter()
        self._stopping = False
        self._view: RolledUp | None = None
        self._turn = 0
        """The number of views that the hub has seen."""
        process, numbers = draw_process_id(), itertools.count(1)
        self._draw_id = lambda: f"{process}-{next(numbers)}"
        self._meters = meters
        meters.stream_clients.set_function(lambda: len(self._streams_of))

    def subscribe(self, areas: Sequence[str], last: str | None, connection: Connection | None, *, exactness: Exactness = _OPEN_TO_ALL) -> Subscriber:
        """Add a subscriber to the streams of some areas; ``last`` is the id of the last event that it had, of whichever of them.

        ``exactness``: the areas of which it may see the numbers of small cells.
        Raises ``Problem``: for an unknown area, where there is nothing to show yet, where there are too many, and while the server stops.
        """
        if self._stopping:
            raise Problem(503, "stopping", "This server is stopping", "Try again: another one takes over.", headers={"Retry-After": "1"})
        if len(self._streams_of) >= self._most:
            self._meters.stream_turned_away.inc()
            detail = f"{self._most} streams are open, which is as many as this server takes."
            raise Problem(503, "too-many-streams", "Too many streams", detail, headers={"Retry-After": _RETRY_AFTER})
        if connection is not None and self._of_address[connection.address] >= self._most_per_address:
            self._meters.stream_turned_away.inc()
            detail = f"{self._most_per_address} streams of this address are open, which is as many as one may have."
            raise Problem(503, "too-many-streams", "Too many streams", detail, headers={"Retry-After": _RETRY_AFTER})
        shown = [_Shown(area, exactness.of(area), exactness.everywhere) for area in areas]
        streams = [self._stream(each) for each in shown]
        first = [self._first(stream, last) for stream in streams]
        subscriber = Subscriber([event for _, event in first], connection)
        self._streams_of[subscriber] = streams
        if connection is not None:
            self._of_address[connection.address] += 1
            connection.at_end(lambda: self.unsubscribe(subscriber))
        for each, stream, (kind, _) in zip(shown, streams, first, strict=True):
            stream.subscribers[subscriber] = None
            self._streams.move_to_end(each)
            self._meters.stream_events.labels(kind).inc()
        return subscriber

    def _stream(self, shown: _Shown) -> _Stream:
        stream = self._streams.get(shown)
        if stream is None:
            view = self._look()
            channel = Channel(self._document(view, shown, self._current.as_of()), self._draw_id)
            stream = self._streams[shown] = _Stream(channel, self._turn, view.memory.generation)
        elif not stream.subscribers:
            self._advance(shown, stream)
        return stream

    def _first(self, stream: _Stream, last: str | None) -> tuple[Kind, bytes]:
        self._look()
        as_of = self._current.as_of() if stream.turn == self._turn else stream.channel.document.as_of
        return stream.channel.since(last, as_of)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Remove a subscriber. One that was removed before may be removed again."""
        streams = self._streams_of.pop(subscriber, None)
        if streams is None:
            return
        for stream in streams:
            del stream.subscribers[subscriber]
        if (address := subscriber.address) is not None:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]
        idle = [shown for shown, other in self._streams.items() if not other.subscribers]
        for shown in idle[:-_IDLE_CHANNELS_KEPT]:
            del self._streams[shown]

    def let_go(self, subscriber: Subscriber) -> None:
        """End the streams of a subscriber after what waits for it. One that was removed before may be let go."""
        self.unsubscribe(subscriber)
        subscriber.end()

    def close(self) -> None:
        """End all streams and begin no more. A subscriber that does not take the end in time is cut off."""
        self._stopping = True
        for subscriber in self._streams_of:
            subscriber.end()
        asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._cut_off_all)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tick for as long as the block lasts."""
        ticking = asyncio.create_task(self._run())
        try:
            yield
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    async def _run(self) -> None:
        beat = clock.seconds()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(beat - clock.seconds()) as until_beat:
                    await self._reader.changed.wait()
            self._reader.changed.clear()
            began = clock.seconds()
            due = until_beat.expired() or began >= beat
            changed = await self._tick(heartbeats=due)
            if due:
                beat = began + self._pace.heartbeat
            # A heartbeat without a change delays no delta. The hub works half of the time at most, however many areas have subscribers.
            await asyncio.sleep(max(self._pace.delta if changed else 0.0, clock.seconds() - began))

    async def _tick(self, *, heartbeats: bool) -> bool:
        """Bring the stream of every area with subscribers up to the view. Returns whether any of them was behind."""
        changed = False
        for shown, stream in list(self._streams.items()):
            if not stream.subscribers:
                continue
            turn = stream.turn
            try:
                event = self._advance(shown, stream)
                events = [event] if event else []
                if heartbeats:
                    events.append((Kind.HEARTBEAT, heartbeat(self._current.as_of())))
            except Exception as error:  # noqa: BLE001  # the streams of this area end; those of other areas go on
                _log.warning("the streams of %s end: %s", shown.area, error, exc_info=None if isinstance(error, Problem) else error)
                self._end(shown, stream)
                continue
            changed |= stream.turn != turn
            await self._send(stream, events)
        return changed

    async def _send(self, stream: _Stream, events: Sequence[tuple[Kind, bytes]]) -> None:
        subscribers = list(stream.subscribers)
        for kind, _ in events:
            self._meters.stream_events.labels(kind).inc(len(subscribers))
        for n, subscriber in enumerate(subscribers, 1):
            if not all(subscriber.offer(event) for _, event in events):
                self._cut_off(subscriber)
            if n % _AT_ONCE == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)

    def _look(self) -> RolledUp:
        view = self._current.view()
        if view is not self._view:
            self._view, self._turn = view, self._turn + 1
        return view

    def _advance(self, shown: _Shown, stream: _Stream) -> tuple[Kind, bytes] | None:
        """Bring a channel up to the view. Raises ``Problem``."""
        view = self._look()
        if stream.turn == self._turn:
            return None
        document = self._document(view, shown, self._current.as_of())
        stream.turn = self._turn
        if stream.generation == view.memory.generation:
            return stream.channel.advance(document)
        stream.generation = view.memory.generation
        return stream.channel.restart(document)

    def _document(self, view: RolledUp, shown: _Shown, as_of: AsOf) -> LiveCounts:
        counts = self._current.counts(shown.area, as_of, exact=shown.exact)
        headline = self._current.headline(self._baseline, as_of, exact=shown.exact_headline)
        figure = area_figure(view, shown.area, counts.out_of_school, headline)
        return live_counts(counts, figure, headline, self._reader.newest.of(view, shown.area), view.stock)

    def _cut_off(self, subscriber: Subscriber) -> None:
        if subscriber in self._streams_of:
            self._meters.stream_cut_off.inc()
            self.unsubscribe(subscriber)
            subscriber.cut_off()

    def _cut_off_all(self) -> None:
        for subscriber in list(self._streams_of):
            self._cut_off(subscriber)

    def _end(self, shown: _Shown, stream: _Stream) -> None:
        del self._streams[shown]
        for subscriber in list(stream.subscribers):
            self.let_go(subscriber)
