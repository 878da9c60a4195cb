"""Follows the topic ``access``: looks become rows, erasures are done. Each step can be done twice.

The steps for one piece of a partition, and what a failure after each leaves behind:

1. Do its erasures. (Names erased, and the piece read again.)
2. Write its looks, and the place in the directory, in one transaction. (The erasures read again from the keystore's place; they do nothing more.)
3. Write the place in the keystore. (Done.)

Both databases have a place of their own. Whichever of them is put back from a copy brings an older one along, and all erasures since are done again.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import Insert, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from services.enrolment.directory.database import DATABASE_UNAVAILABLE, Database
from services.enrolment.directory.directory import Directory
from services.enrolment.directory.key_files import KeysWrong
from services.enrolment.directory.tables import ERASURES_FOLLOWED, LOOKS, LOOKS_FOLLOWED
from shared.clock import micros_of
from shared.contracts.access import ChildLooked, NameErased
from shared.contracts.registry import ACCESS_LANGUAGE, NewerVersion, UnknownType
from shared.events.codec import Unreadable, read_data, read_event
from shared.log import topics
from shared.log.event_log import EventLog, LogRecord, LogUnavailable

_PAUSE = 5.0
"""Seconds between two looks whether there is more."""
_log = logging.getLogger(__name__)


async def pause(stop: asyncio.Event) -> None:
    """Wait until the next attempt, or until all is to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), _PAUSE)


class AccessFollower:
    """Follows all partitions. Several may do so side by side: they do the same."""

    def __init__(self, log: EventLog, directory: Directory) -> None:
        self._log, self._directory = log, directory
        self._one_at_a_time = asyncio.Lock()

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until it is told to stop. What is unavailable is tried again."""
        while not stop.is_set():
            try:
                await self.catch_up()
            except (LogUnavailable, KeysWrong, NewerVersion, *DATABASE_UNAVAILABLE) as error:
                _log.warning("who looked at whom is not followed for now: %s", type(error).__name__)
            await pause(stop)

    async def catch_up(self) -> None:
        """Follow up to what is in the log now. Raises ``LogUnavailable``, ``NewerVersion``, and what the directory raises."""
        async with self._one_at_a_time:
            ends = await self._log.end_offsets(topics.ACCESS)
            looked = await _places(self._directory.database, LOOKS_FOLLOWED)
            erased = await _places(self._directory.keystore.database, ERASURES_FOLLOWED)
            for partition, end in ends.items():
                start = min(looked.get(partition, 0), erased.get(partition, 0))
                async for piece in self._log.read(topics.ACCESS, partition, start, end):
                    await self._follow(partition, piece)

    async def _follow(self, partition: int, piece: Sequence[LogRecord]) -> None:
        rows = []
        for record in piece:
            try:
                event = read_event(record.value)
                said = read_data(ACCESS_LANGUAGE, event.type, event.data)
            except (Unreadable, UnknownType):
                _log.warning("a record is no event of access", extra={"at": f"{topics.ACCESS}[{partition}]@{record.offset}"})
                continue
            if isinstance(said, NameErased):
                await self._directory.erase(event.subject, event.time)
            elif isinstance(said, ChildLooked):
                rows.append(_row(partition, record.offset, event.subject, micros_of(event.time), said))
        place = {"partition": partition, "next": piece[-1].offset + 1}
        database = self._directory.database
        async with database.engine.begin() as connection:
            await database.insert_new(connection, LOOKS, rows)
            await connection.execute(_moved(database, LOOKS_FOLLOWED), place)
        keys = self._directory.keystore.database
        async with keys.engine.begin() as connection:
            await connection.execute(_moved(keys, ERASURES_FOLLOWED), place)


def _row(partition: int, offset: int, student: str, moment: int, look: ChildLooked) -> dict[str, object]:
    return {
        "partition": partition,
        "offset": offset,
        "moment": moment,
        "student": student,
        "action": look.did.value,
        "caller": look.caller,
        "office": look.office,
        "roles": " ".join(look.roles)[:128],
        "county": look.county,
        "purpose": look.purpose.value,
        "shown": look.shown,
    }


async def _places(database: Database, table: Table) -> dict[int, int]:
    async with database.engine.begin() as connection:
        return {row.partition: row.next for row in (await connection.execute(select(table))).all()}


def _moved(database: Database, table: Table) -> Insert:
    insert = (sqlite if database.is_sqlite else postgresql).insert(table)
    further = {"next": insert.excluded.next}
    moved: Insert = insert.on_conflict_do_update(index_elements=[table.c.partition], set_=further, where=table.c.next < insert.excluded.next)
    return moved
