"""Sends the lines of all senders side by side: each sender in its own order, and none more than a few days ahead of another."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date

from deploy.demo.history.history import Portion

BATCH = 1_000
"""The most lines of a batch."""
AHEAD = 5
"""The most days of the history in flight at one time."""
_WINDOW_DAYS, _WINDOW_LINES = AHEAD, 48_000
"""The most days, and lines of all senders, that are cut into batches together, so that quiet days make no tiny batches."""

Post = Callable[[list[bytes], date], Awaitable[None]]
Room = Callable[[], Awaitable[None]]
IsRound = Callable[[date], bool]
Round = Callable[[date], Awaitable[None]]


class _Window:
    def __init__(self, first: date) -> None:
        self.first, self.last, self.size = first, first, 0
        self.lines: dict[str, list[bytes]] = {}

    def has_room_for(self, day: date) -> bool:
        return self.size < _WINDOW_LINES and (day - self.first).days < _WINDOW_DAYS

    def add(self, portion: Portion) -> None:
        self.last = portion.day
        for sender, lines in portion.lines.items():
            self.lines.setdefault(sender, []).extend(lines)
            self.size += len(lines)


class Outbox:
    """The batches in flight.

    ``posts``: by sender, posts a batch on the evening of a day and returns once it is acknowledged. ``room``: returns once more may be in flight.
    ``is_round``: whether ``round_`` is to be called once all lines up to a day, and none of a later one, are posted; it may start what takes longer.
    """

    def __init__(self, posts: Mapping[str, Post], room: Room, is_round: IsRound, round_: Round) -> None:
        self._posts, self._room, self._is_round, self._round = posts, room, is_round, round_
        self._latest: dict[str, asyncio.Task[None]] = {}
        self._under_way: deque[tuple[date, list[asyncio.Task[None]]]] = deque()

    async def send(self, portions: Iterable[Portion]) -> None:
        """Post all lines, and return once the last is acknowledged. Raises an ``ExceptionGroup`` of the errors of posting."""
        async with asyncio.TaskGroup() as tasks:
            window: _Window | None = None
            for portion in portions:
                await asyncio.sleep(0)  # a portion takes long to compute, and answers are waiting
                ends = window is not None and portion.day > window.last and self._is_round(window.last)
                if window is not None and (ends or not window.has_room_for(portion.day)):
                    await self._hand_over(window, tasks)
                    if ends:
                        await self._acknowledged()
                        await self._round(window.last)
                    window = None
                window = window or _Window(portion.day)
                window.add(portion)
            if window is not None:
                await self._hand_over(window, tasks)

    async def _acknowledged(self) -> None:
        """Wait until all that was handed over is acknowledged."""
        while self._under_way:
            await asyncio.wait(self._under_way.popleft()[1])

    async def _hand_over(self, window: _Window, tasks: asyncio.TaskGroup) -> None:
        while self._under_way and (len(self._under_way) > 1 or (window.last - self._under_way[0][0]).days >= AHEAD):
            await asyncio.wait(self._under_way.popleft()[1])
        await self._room()
        started = []
        for sender, lines in window.lines.items():
            self._latest[sender] = tasks.create_task(self._post(sender, lines, window.last, after=self._latest.get(sender)))
            started.append(self._latest[sender])
        if started:
            self._under_way.append((window.first, started))

    async def _post(self, sender: str, lines: list[bytes], day: date, *, after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await after
        for first in range(0, len(lines), BATCH):
            await self._posts[sender](lines[first : first + BATCH], day)
