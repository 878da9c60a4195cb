"""How a term begins: a walk over all eligible children, county by county, in the background of the api, submits a command for each.

Redis holds how far a walk is, so that it goes on after a restart where it was. Of several processes the one that holds the walk's lease
walks. The steps of one round, and what a failure after each leaves behind:

1. Read a page of the list of eligible children, in each partition. (Nothing done.)
2. Append a command for each, whose id derives from term and student. (Commands in the log, which are asked for again: the
   worker has granted the term's aid by then, so they decide nothing.)
3. Write down how far it is. (Done.)
4. Wait until the worker has come near, so that no officer's command waits behind a nation's; at the end, until it has decided
   on all of them: only then the walk has ended. (Nothing is lost.)

A child that becomes eligible in the term is granted its aid by the fact that says so. The walk is for those of whom the
term brings no news; one that the worker had not heard of yet is found when the term is begun once more.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from redis.asyncio.lock import Lock
from redis.exceptions import LockError

from services.relief.domain.packed import ELIGIBLE
from services.relief.terms.walk import Progress, Walk, commands, progress_of, read_walk
from shared import clock
from shared.commands.rebuild_gate import RebuildGate
from shared.contracts.services import RELIEF
from shared.deciding.states.listing import Cursor, Listing, Page
from shared.deciding.states.state_store import StateStore
from shared.deciding.walking import until_decided
from shared.events.codec import encode
from shared.geography.county_codes import codes_in
from shared.geography.divisions import NATION
from shared.http.problems import Problem
from shared.log import topics
from shared.log.event_log import EventLog
from shared.redis.edge import Redis
from shared.redis.keys import Key
from shared.worker.follower import UNAVAILABLE

KEYS = (
    Key("{relief:terms}:walks", "hash", "term -> JSON: when it was begun, how far it is, when it ended", "for ever"),
    Key("{relief:terms}:lease:<term>", "string", "who is walking", "30 s, renewed"),
)

_TAG = f"{{{RELIEF.name}:terms}}"

_log = logging.getLogger(__name__)


class Pace(Struct, frozen=True):
    """How fast a walk goes: children a page and commands that the worker may be behind by, both in each partition; the rest in seconds."""

    page: int = 100
    ahead: int = 2_000
    lease: int = 30
    look: float = 0.1
    retry: float = 1.0


class Beginnings:
    """The walks, whichever generation of states is read. ``begin`` and ``progress`` raise one of ``REDIS_UNAVAILABLE``."""

    def __init__(
        self,
        redis: Redis,
        listing: Listing,
        store: StateStore,
        gate: RebuildGate,
        log: EventLog,
        *,
        partitions: int,
        pace: Pace | None = None,
        in_story: bool = False,
    ) -> None:
        """``in_story``: a demo tells the time, and what a walk does is recorded at the moment it was begun at."""
        self._redis, self._listing, self._store, self._gate, self._log = redis, listing, store, gate, log
        self._partitions, self._pace, self._in_story = partitions, pace or Pace(), in_story
        self._counties = codes_in(NATION)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def begin(self, term: str, *, at: datetime) -> Progress:
        """Begin a term, or once more if that has been done; where it is under way, go on. What it asks for is true ``at`` this moment."""
        walk = await self._read(term)
        if walk is None or walk.ended is not None:
            walk = Walk(term, at, dict.fromkeys(range(self._partitions)))
            await self._write(walk)
        self._go_on(term)
        return progress_of(walk, self._counties, self._partitions)

    async def progress(self, term: str) -> Progress | None:
        """Return the progress of a term's walk; None where the term was never begun."""
        walk = await self._read(term)
        return None if walk is None else progress_of(walk, self._counties, self._partitions)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Go on with every interrupted walk, as soon as Redis says which; interrupt all walks at the end of the block."""
        self._tasks[""] = asyncio.create_task(self._resume(), name="terms")
        try:
            yield
        finally:
            for task in (tasks := list(self._tasks.values())):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _resume(self) -> None:
        while True:
            try:
                walks = [read_walk(text) for text in (await self._redis.hgetall(f"{_TAG}:walks")).values()]
            except UNAVAILABLE:
                await asyncio.sleep(self._pace.retry)
                continue
            for walk in walks:
                if walk.ended is None:
                    self._go_on(walk.term)
            return

    def _go_on(self, term: str) -> None:
        task = self._tasks.get(term)
        if task is None or task.done():
            self._tasks[term] = asyncio.create_task(self._walk(term), name=f"term {term}")

    async def _walk(self, term: str) -> None:
        lease = Lock(self._redis, f"{_TAG}:lease:{term}", timeout=self._pace.lease, thread_local=False)
        try:
            while True:
                try:
                    if await self._walk_to_end(lease, term):
                        return
                except (Problem, *UNAVAILABLE) as error:
                    _log.warning("the beginning of %s waits: %s", term, error)
                    await asyncio.sleep(self._pace.retry)
        except Exception:
            _log.exception("the beginning of %s has stopped: mend what is wrong, and begin it again", term)
            raise
        finally:
            with suppress(LockError, *UNAVAILABLE):
                await lease.release()

    async def _walk_to_end(self, lease: Lock, term: str) -> bool:
        """Walk on while this process holds the lease, and wait while another does. Return whether the walk has ended."""
        while (walk := await self._read(term)) is not None and walk.ended is None:
            if not await _holds(lease):
                await asyncio.sleep(self._pace.retry)
                continue
            pages = await self._next_pages(walk)
            decided = await self._ask(walk, pages)
            walk = walk.after(pages)
            if walk.left:
                await self._write(walk)
                await self._wait_for_worker(decided, lease)
            elif await self._wait_for_worker(await self._log.end_offsets(topics.RELIEF_COMMANDS), lease):
                await self._write(replace(walk, ended=self._now(walk)))
        return True

    async def _next_pages(self, walk: Walk) -> Mapping[int, Page]:
        """Read the next page of each partition by itself: for a page over all partitions, each of them would read as much as the whole page."""
        await self._gate.check(range(self._partitions))  # from lists that are half built, children would be missed
        pages = {}
        for partition, at in walk.left.items():
            after = None if at is None else Cursor.of(at)
            pages[partition] = await self._listing.page(
                self._counties, [ELIGIBLE], after=after, below=None, limit=self._pace.page, partitions=[partition]
            )
        return pages

    async def _ask(self, walk: Walk, pages: Mapping[int, Page]) -> Mapping[int, int]:
        """Submit the commands for the children of these pages. Return the offsets that the worker must reach before the next pages."""
        records = {partition: commands(page.entries, walk, recorded=self._now(walk)) for partition, page in pages.items() if page.entries}
        first = await self._log.append(topics.RELIEF_COMMANDS, records) if records else {}
        return {partition: at + len(records[partition]) - self._pace.ahead for partition, at in first.items()}

    async def _wait_for_worker(self, decided: Mapping[int, int], lease: Lock) -> bool:
        """Wait until the worker has decided what lies before these offsets. Return False where the lease is lost before."""
        return await until_decided(self._store, decided, look=self._pace.look, goes_on=partial(_holds, lease))

    def _now(self, walk: Walk) -> datetime:
        return walk.begun if self._in_story else clock.now()

    async def _read(self, term: str) -> Walk | None:
        text = await self._redis.hget(f"{_TAG}:walks", term)
        return None if text is None else read_walk(text)

    async def _write(self, walk: Walk) -> None:
        await self._redis.hset(f"{_TAG}:walks", mapping={walk.term: encode(walk)})


async def _holds(lease: Lock) -> bool:
    """Renew the lease, or take it where nobody holds it; return whether this process holds it now."""
    try:
        held: bool = await lease.reacquire()
    except LockError:
        held = await lease.acquire(blocking=False)
    return held
