"""The parts that stand behind the routes of children's names, joined, and what runs beside the api for them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from services.enrolment.children.child_checker import ChildChecker
from services.enrolment.children.child_intake import ChildIntake
from services.enrolment.children.child_reader import ChildReader
from services.enrolment.children.notes import NoteReader
from services.enrolment.children.places import Places
from services.enrolment.directory.database import DATABASE_UNAVAILABLE
from services.enrolment.directory.directory import Directory
from services.enrolment.directory.key_files import read_student_keys
from services.enrolment.directory.migrating import Part, migrate
from services.enrolment.directory.notes import NoteBook
from services.enrolment.limits import Limits
from services.enrolment.looks.follower import AccessFollower, pause
from services.enrolment.looks.looks import Looks
from shared.access.access_log import AccessLog
from shared.commands.rebuild_gate import RebuildGate
from shared.contracts.services import ENROLMENT
from shared.deciding.states.state_store import StateStore
from shared.geography.divisions import Divisions
from shared.log.event_log import EventLog

_ENDING = 5.0
"""Seconds that are given to what was begun when the api ends."""
_log = logging.getLogger(__name__)


class Names(NamedTuple):
    """What the routes call."""

    directory: Directory
    intake: ChildIntake
    reader: ChildReader
    looks: Looks
    follower: AccessFollower
    notes: NoteReader

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bring the databases to the newest migration, and follow who looks at whom, until the block ends. The api starts without them too."""
        stop = asyncio.Event()
        following = asyncio.create_task(self._follow(stop))
        try:
            yield
        finally:
            # A connection of SQLite that is cut off while it opens would leave its thread behind: what is begun is given time.
            stop.set()
            await asyncio.wait([following], timeout=_ENDING)
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            await self.directory.database.close()
            await self.directory.keystore.database.close()

    async def _follow(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await migrate(self.directory.database, Part.DIRECTORY)
                await migrate(self.directory.keystore.database, Part.KEYSTORE)
                break
            except DATABASE_UNAVAILABLE as error:
                _log.warning("the directory is away, and names with it: %s", type(error).__name__)
                await pause(stop)
        await self.follower.run(stop)


def join(
    directory: Directory,
    *,
    student_keys: Path,
    store: StateStore,
    gate: RebuildGate,
    log: EventLog,
    divisions: Divisions,
    limits: Limits,
    partitions: int,
    now: Callable[[], datetime],
) -> Names:
    """Return the parts over a directory. ``student_keys``: the file of the student-id key, which is read anew for each body of children."""
    places = Places(store, gate, directory, partitions=partitions)
    follower = AccessFollower(log, directory)
    checker = ChildChecker(divisions, longest=limits.line_bytes)
    access = AccessLog(log, ENROLMENT, partitions=partitions, now=now)
    reader = ChildReader(directory, places, access, now=now)
    return Names(
        directory,
        ChildIntake(directory, places, checker, limits, keys=lambda: read_student_keys(student_keys), now=now),
        reader,
        Looks(directory, follower),
        follower,
        NoteReader(NoteBook(directory.database, directory.keystore), reader, now=now),
    )
