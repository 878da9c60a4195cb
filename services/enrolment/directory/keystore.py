"""The keystore: the key of each child, wrapped by the master key. What is destroyed here opens nowhere any more.

Raises ``KeysWrong`` where the master key is not as it must be, ``SealBroken`` for a key that does not open, and ``DATABASE_UNAVAILABLE``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrolment.directory.database import Database
from services.enrolment.directory.master_keys import MasterKeys, WrappedKey
from services.enrolment.directory.sealing import draw_key
from services.enrolment.directory.tables import DESTROYED, KEYS

INDEX = "blind-index"
"""The owner of the key of the blind index."""
_REWRAPPED = 500
"""Keys of one step of a change of the master key."""
_LOCK = 8_001_515
"""A number of our own for PostgreSQL's lock: whoever destroys a key waits for those who make keys, and they for it."""


class Keystore:
    """The keys of one installation."""

    def __init__(self, database: Database, master: MasterKeys) -> None:
        self.database, self._master = database, master

    async def index_key(self) -> bytes:
        """Return the key of the blind index, which is made where there is none."""
        return (await self.ensure([INDEX]))[INDEX]

    async def ensure(self, owners: Iterable[str]) -> dict[str, bytes]:
        """Return the keys of owners, made where there are none; without those of children whose keys were destroyed."""
        wanted = sorted(set(owners))
        async with self.database.engine.begin() as connection:
            await self._lock(connection, shared=True)
            gone = await _destroyed(connection, wanted)
            found = await _wrapped(connection, wanted)
            new = {owner: draw_key() for owner in wanted if owner not in found and owner not in gone}
            rows = [{"owner": owner, **self._master.wrap(owner, key)._asdict()} for owner, key in new.items()]
            await self.database.insert_new(connection, KEYS, rows)
            # Where another made the key in between, its key is the one that stands there.
            found = await _wrapped(connection, wanted) if new else found
        return self._opened(found, gone)

    async def find(self, students: Iterable[str]) -> dict[str, bytes]:
        """Return the keys of children that have one which was not destroyed."""
        wanted = sorted(set(students))
        async with self.database.engine.begin() as connection:
            gone, found = await _destroyed(connection, wanted), await _wrapped(connection, wanted)
        return self._opened(found, gone)

    async def destroy(self, student: str, at: datetime) -> None:
        """Destroy the key of a child for ever, in the tables and in the files of the database. Done twice it does nothing more."""
        async with self.database.engine.begin() as connection:
            await self._lock(connection, shared=False)
            await self.database.insert_new(connection, DESTROYED, [{"student": student, "destroyed_at": at}])
            was_there = (await connection.execute(delete(KEYS).where(KEYS.c.owner == student))).rowcount
        if was_there:
            await self.database.overwrite_deleted(KEYS)

    async def rewrap(self) -> int:
        """Wrap some keys under the newest version of the master key that are under an older one; return how many there were."""
        newest = self._master.newest()
        async with self.database.engine.begin() as connection:
            query = select(KEYS).where(KEYS.c.version < newest).limit(_REWRAPPED)
            rows = (await connection.execute(query)).all()
            if rows:
                change = update(KEYS).where(KEYS.c.owner == bindparam("of"), KEYS.c.version == bindparam("was"))
                steps = [(row, self._master.wrap(row.owner, self._master.unwrap(row.owner, WrappedKey(row.version, row.wrapped)))) for row in rows]
                new = [{"of": row.owner, "was": row.version, "version": kept.version, "wrapped": kept.wrapped} for row, kept in steps]
                await connection.execute(change.values(version=bindparam("version"), wrapped=bindparam("wrapped")), new)
        return len(rows)

    async def versions(self) -> dict[int, int]:
        """Return how many keys are under each version of the master key."""
        async with self.database.engine.begin() as connection:
            rows = await connection.execute(select(KEYS.c.version, func.count()).group_by(KEYS.c.version))
            return {row[0]: row[1] for row in rows.all()}

    def _opened(self, found: Mapping[str, WrappedKey], gone: set[str]) -> dict[str, bytes]:
        return {owner: self._master.unwrap(owner, kept) for owner, kept in found.items() if owner not in gone}

    async def _lock(self, connection: AsyncConnection, *, shared: bool) -> None:
        if not self.database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}({_LOCK})"))


async def _wrapped(connection: AsyncConnection, owners: Sequence[str]) -> dict[str, WrappedKey]:
    rows = await connection.execute(select(KEYS).where(KEYS.c.owner.in_(owners)))
    return {row.owner: WrappedKey(row.version, row.wrapped) for row in rows.all()}


async def _destroyed(connection: AsyncConnection, owners: Sequence[str]) -> set[str]:
    rows = await connection.execute(select(DESTROYED.c.student).where(DESTROYED.c.student.in_(owners)))
    return set(rows.scalars())
