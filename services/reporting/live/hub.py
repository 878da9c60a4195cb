"""Ticks, and tells everybody who follows a stream: work is done only for areas that somebody follows, and only after a change.

The steps of a tick, for each followed area: take the document of the memory as it stands now, all of one vector; encode what
differs from the area's last, once; let it wait for each reader, cutting off whoever has too much waiting; every so often a heartbeat
after it, whose ``as_of`` is that of the document. Between a few readers, and between a few areas, others have their turn.
"""

import asyncio
import itertools
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from services.reporting.answers.counts import View, counts_of
from services.reporting.answers.current_view import Showing
from services.reporting.answers.documents import AsOf
from services.reporting.answers.headline import Basis, headline
from services.reporting.live.channel import Channel, heartbeat
from services.reporting.live.document import Kind, LiveCounts, live_counts
from services.reporting.live.meters import ApiMeters
from services.reporting.live.reader import Reader
from services.reporting.view.board_reader import Following
from shared import clock
from shared.http.problems import Problem
from shared.http.serving import Connection
from shared.ids import draw_process_id

_AT_ONCE = 50
"""Readers told before others have their turn: about 2 ms of work."""
_UNFOLLOWED_KEPT = 64
"""Areas that nobody follows any more, kept for those who come back."""
_GRACE = 1.0
"""Seconds that readers have to take the end of their streams when the server stops."""
_COME_BACK = "5"
"""Seconds after which a reader that was turned away may try again."""

_log = logging.getLogger(__name__)


class Pace(NamedTuple):
    """Seconds between two deltas at least, and between two heartbeats, to which one such pause is added at most."""

    delta: float = 0.5
    heartbeat: float = 1.0


PACE = Pace()


class _Followed:
    """An area's channel and its readers, with the state of the memory that they were brought to."""

    def __init__(self, channel: Channel, turn: int, generation: str) -> None:
        self.channel, self.turn, self.generation = channel, turn, generation
        self.readers: dict[Reader, None] = {}


class Hub:
    """All streams of an api. It ticks while ``running``."""

    def __init__(self, following: Following, showing: Showing, *, baseline: Basis, most: int, meters: ApiMeters, pace: Pace = PACE) -> None:
        """Know what is followed and shown. ``most``: readers at once."""
        self._following, self._showing, self._baseline, self._most, self._pace = following, showing, baseline, most, pace
        self._areas: OrderedDict[str, _Followed] = OrderedDict()
        self._area_of: dict[Reader, _Followed] = {}
        self._stopping = False
        self._view: View | None = None
        self._turn = 0
        """Grows with every change of the memory that was looked at."""
        process, numbers = draw_process_id(), itertools.count(1)
        self._draw_id = lambda: f"{process}-{next(numbers)}"
        self._meters = meters
        meters.stream_clients.set_function(lambda: len(self._area_of))

    def join(self, area: str, last: str | None, connection: Connection | None) -> Reader:
        """Let somebody follow an area, from the last event that they had. Raises ``Problem``."""
        if self._stopping:
            raise Problem(503, "stopping", "This server is stopping", "Try again: another one takes over.", headers={"Retry-After": "1"})
        if len(self._area_of) >= self._most:
            self._meters.stream_turned_away.inc()
            detail = f"{self._most} streams are open, which is as many as this server takes."
            raise Problem(503, "too-many-streams", "Too many streams", detail, headers={"Retry-After": _COME_BACK})
        followed = self._areas.get(area)
        if followed is None:
            view = self._look()
            channel = Channel(self._document(view, area, self._showing.as_of()), self._draw_id)
            followed = self._areas[area] = _Followed(channel, self._turn, view.memory.generation)
        elif not followed.readers:
            self._advance(area, followed)
        self._look()
        as_of = self._showing.as_of() if followed.turn == self._turn else followed.channel.document.as_of
        kind, first = followed.channel.since(last, as_of)
        reader = Reader(first, connection)
        followed.readers[reader] = None
        self._area_of[reader] = followed
        self._areas.move_to_end(area)
        self._meters.stream_events.labels(kind).inc()
        return reader

    def leave(self, reader: Reader) -> None:
        """Forget a reader; one that is forgotten already may leave again."""
        followed = self._area_of.pop(reader, None)
        if followed is None:
            return
        del followed.readers[reader]
        if not followed.readers:
            unfollowed = [area for area, other in self._areas.items() if not other.readers]
            for area in unfollowed[:-_UNFOLLOWED_KEPT]:
                del self._areas[area]

    def close(self) -> None:
        """End all streams and begin no more; whoever does not take the end in time is cut off."""
        self._stopping = True
        for reader in self._area_of:
            reader.end()
        asyncio.get_running_loop().call_later(_GRACE, self._cut_off_all)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tick as long as the block lasts."""
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
                    await self._following.moved.wait()
            self._following.moved.clear()
            began = clock.seconds()
            due = until_beat.expired() or began >= beat
            news = await self._tick(heartbeats=due)
            if due:
                beat = began + self._pace.heartbeat
            # A mere heartbeat holds no delta up. And never more than half of the time, however many areas are followed.
            await asyncio.sleep(max(self._pace.delta if news else 0.0, clock.seconds() - began))

    async def _tick(self, *, heartbeats: bool) -> bool:
        """Bring every followed area to where the memory is; tells whether any was elsewhere."""
        news = False
        for area, followed in list(self._areas.items()):
            if not followed.readers:
                continue
            stood = followed.turn
            try:
                told = self._advance(area, followed)
                events = [told] if told else []
                if heartbeats:
                    events.append((Kind.HEARTBEAT, heartbeat(self._showing.as_of())))
            except Exception as error:  # noqa: BLE001  # the streams of this area end; those of the others go on
                _log.warning("the streams of %s end: %s", area, error, exc_info=None if isinstance(error, Problem) else error)
                self._end(area, followed)
                continue
            news |= followed.turn != stood
            await self._tell(followed, events)
        return news

    async def _tell(self, followed: _Followed, events: Sequence[tuple[Kind, bytes]]) -> None:
        readers = list(followed.readers)
        for kind, _ in events:
            self._meters.stream_events.labels(kind).inc(len(readers))
        for n, reader in enumerate(readers, 1):
            if not all(reader.offer(event) for _, event in events):
                self._cut(reader)
            if n % _AT_ONCE == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)

    def _look(self) -> View:
        view = self._showing.view()
        if view is not self._view:
            self._view, self._turn = view, self._turn + 1
        return view

    def _advance(self, area: str, followed: _Followed) -> tuple[Kind, bytes] | None:
        """Bring a channel to where the memory is. Raises ``Problem``."""
        view = self._look()
        if followed.turn == self._turn:
            return None
        document = self._document(view, area, self._showing.as_of())
        followed.turn = self._turn
        if followed.generation == view.memory.generation:
            return followed.channel.take(document)
        followed.generation = view.memory.generation
        return followed.channel.replace(document)

    def _document(self, view: View, area: str, as_of: AsOf) -> LiveCounts:
        return live_counts(counts_of(view, area, as_of), headline(view, self._baseline, as_of), self._following.newest.of(view, area))

    def _cut(self, reader: Reader) -> None:
        if reader in self._area_of:
            self._meters.stream_cut_off.inc()
            self.leave(reader)
            reader.cut_off()

    def _cut_off_all(self) -> None:
        for reader in list(self._area_of):
            self._cut(reader)

    def _end(self, area: str, followed: _Followed) -> None:
        del self._areas[area]
        for reader in list(followed.readers):
            self.leave(reader)
            reader.end()
