"""The directory over its two databases: writes children, finds and opens them, erases them.

The steps of one writing, and what a failure after each leaves behind:

1. Look for the numbers of the child under every version of the student-id key. (Nothing done.)
2. Make the key of the child in the keystore, where there is none. (A key that opens nothing.)
3. Write its numbers and its row, in one transaction. (Done; written again, it is the same.)
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum, auto
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrolment.directory.blind_index import token
from services.enrolment.directory.child import FIELDS, Child, read, written
from services.enrolment.directory.database import Database
from services.enrolment.directory.keystore import Keystore
from services.enrolment.directory.notes import erase_notes
from services.enrolment.directory.sealing import open_field, seal_field
from services.enrolment.directory.tables import CHILDREN, NOTES, NUMBERS

_ATTEMPTS = 3
"""To write children: another may write a number of theirs at the same moment."""
_MOST_FOUND = 200
"""Children of one name and day of birth that are looked at in a search."""


class Entry(NamedTuple):
    """A child to write. ``ids``: what its numbers hash to, the one that a new child is called by first."""

    ids: tuple[str, ...]
    county: str
    child: Child


class NotWritten(Enum):
    """Why a child is not written."""

    ERASED = auto()
    """It was erased: nobody's name comes back."""
    TWO_CHILDREN = auto()
    """Its numbers are those of two children: whether they are one must be reported first."""


class Found(NamedTuple):
    """A child of the directory. ``child`` is None where it was erased, or where its key is lost."""

    student: str
    county: str
    child: Child | None
    erased: bool


class Directory:
    """The children of one installation. Raises what ``Keystore`` raises."""

    def __init__(self, database: Database, keystore: Keystore) -> None:
        self.database, self.keystore = database, keystore

    async def write(self, entries: Sequence[Entry], *, office: str, at: datetime) -> list[str | NotWritten]:
        """Write children, each as a whole, and return the student id of each, or why it was not written."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._written(entries, office, at)
            except IntegrityError:
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError

    async def students_of(self, entries: Sequence[Entry]) -> list[str | NotWritten]:
        """Return the student id of each entry, as ``write`` would; nothing is written."""
        async with self.database.engine.begin() as connection:
            known = await _known(connection, entries)
        return [_student_of(entry, known) for entry in entries]

    async def counties_of(self, students: Sequence[str]) -> dict[str, str]:
        """Return the county that was written of each of these children that is in the directory."""
        async with self.database.engine.begin() as connection:
            rows = await connection.execute(select(CHILDREN.c.student, CHILDREN.c.county).where(CHILDREN.c.student.in_(students)))
            return {row.student: row.county for row in rows.all()}

    async def get(self, student: str) -> Found | None:
        """Return a child, opened; None for one that is not in the directory."""
        found = await self.get_all([student])
        return found[0] if found else None

    async def get_all(self, students: Sequence[str]) -> list[Found]:
        """Return the children among these that are in the directory, opened, in the order of the ids."""
        async with self.database.engine.begin() as connection:
            rows = (await connection.execute(select(CHILDREN).where(CHILDREN.c.student.in_(students)).order_by(CHILDREN.c.student))).all()
        keys = await self.keystore.find([row.student for row in rows if row.erased_at is None])
        return [Found(row.student, row.county, _opened(row, keys.get(row.student)), row.erased_at is not None) for row in rows]

    async def search(self, name: str, born: date) -> list[str]:
        """Return the ids of the children of this name and day of birth, in ascending order; no more than 200."""
        wanted = token(await self.keystore.index_key(), name, born)
        async with self.database.engine.begin() as connection:
            query = select(CHILDREN.c.student).where(CHILDREN.c.look_up == wanted).order_by(CHILDREN.c.student).limit(_MOST_FOUND)
            return list((await connection.execute(query)).scalars())

    async def erase(self, student: str, at: datetime) -> None:
        """Destroy the key of a child, empty its row, and delete its notes. Done twice it does nothing more."""
        await self.keystore.destroy(student, at)
        async with self.database.engine.begin() as connection:
            empty = {column.name: None for column in CHILDREN.c if column.name.startswith("sealed_")}
            done = await connection.execute(
                update(CHILDREN).where(CHILDREN.c.student == student, CHILDREN.c.erased_at.is_(None)).values(**empty, look_up=None, erased_at=at)
            )
            notes = await erase_notes(connection, student)
        for table, changed in ((CHILDREN, done.rowcount), (NOTES, notes)):
            if changed:
                await self.database.overwrite_deleted(table)

    async def _written(self, entries: Sequence[Entry], office: str, at: datetime) -> list[str | NotWritten]:
        async with self.database.engine.begin() as connection:
            known = await _known(connection, entries)
        stored = set(known)
        names = [_student_of(entry, known) for entry in entries]
        keys = await self.keystore.ensure([name for name in names if isinstance(name, str)])
        index_key = await self.keystore.index_key()
        results: list[str | NotWritten] = []
        rows: dict[str, dict[str, Any]] = {}
        numbers: dict[str, str] = {}
        for entry, named in zip(entries, names, strict=True):
            name = NotWritten.ERASED if isinstance(named, str) and named not in keys else named
            results.append(name)
            if isinstance(name, str):
                rows[name] = {**_sealed(entry, name, keys[name], index_key), "written_by": office, "written_at": at}
                numbers |= {each: name for each in entry.ids if each not in stored}
        await self._store(list(rows.values()), [{"hashed": each, "student": name} for each, name in numbers.items()])
        return results

    async def _store(self, rows: list[dict[str, Any]], numbers: list[dict[str, str]]) -> None:
        if not rows:
            return
        kind = sqlite if self.database.is_sqlite else postgresql
        new = kind.insert(CHILDREN)
        changed = {column.name: new.excluded[column.name] for column in CHILDREN.c if column.name not in ("student", "erased_at")}
        async with self.database.engine.begin() as connection:
            if numbers:
                await connection.execute(NUMBERS.insert(), numbers)
            await connection.execute(
                new.on_conflict_do_update(index_elements=[CHILDREN.c.student], set_=changed, where=CHILDREN.c.erased_at.is_(None)), rows
            )


async def _known(connection: AsyncConnection, entries: Sequence[Entry]) -> dict[str, str]:
    """Return the children that are known by any number of the entries, by what the number hashes to."""
    hashed = {each for entry in entries for each in entry.ids}
    return {row.hashed: row.student for row in (await connection.execute(select(NUMBERS).where(NUMBERS.c.hashed.in_(hashed)))).all()}


def _student_of(entry: Entry, known: dict[str, str]) -> str | NotWritten:
    """Return the child that the numbers of an entry name: the one that is known by any, else a new one. It becomes known by all of them."""
    named = {known[each] for each in entry.ids if each in known}
    if len(named) > 1:
        return NotWritten.TWO_CHILDREN
    student = named.pop() if named else entry.ids[0]
    for each in entry.ids:
        if each not in known:
            # Lines of one body name the same child by several of its numbers.
            known[each] = student
    return student


def _sealed(entry: Entry, student: str, key: bytes, index_key: bytes) -> dict[str, Any]:
    fields = written(entry.child)
    sealed = {f"sealed_{name}": None if text is None else seal_field(key, student, name, text) for name, text in fields.items()}
    return {"student": student, "county": entry.county, "look_up": token(index_key, entry.child.name, entry.child.birth_date), **sealed}


def _opened(row: Any, key: bytes | None) -> Child | None:
    if key is None:
        return None
    sealed: Mapping[str, bytes | None] = {name: getattr(row, f"sealed_{name}") for name in FIELDS}
    return read({name: open_field(key, row.student, name, value) for name, value in sealed.items() if value is not None})
