"""Notes and attachments of children: kept in the directory's database, each sealed with the key of its child. What is erased takes them along.

A note is written once and never changed. Whoever writes it draws its id, so that the same writing, sent again, writes nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum, StrEnum, auto
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrolment.directory.database import Database
from services.enrolment.directory.keystore import Keystore
from services.enrolment.directory.sealing import open_field, seal_field
from services.enrolment.directory.tables import CHILDREN, NOTES

MOST_NOTES, MOST_BYTES = 200, 64 << 20
"""Of one child."""


class Kind(StrEnum):
    """What stands in a note."""

    NOTE = "note"
    """Free text."""
    SIGNED_FORM = "signed_form"
    """A form with signatures."""
    PHOTOGRAPH = "photograph"
    LETTER = "letter"
    OTHER = "other"


class Note(NamedTuple):
    """A note or an attachment. ``content``: the text in UTF-8, or the bytes of the file; ``media_type``: as its content tells."""

    id: str
    kind: Kind
    media_type: str
    content: bytes


class KeptNote(NamedTuple):
    """A note as it is kept: who wrote it when, and how many bytes it has. ``content``: None for what was not opened."""

    id: str
    kind: Kind
    media_type: str
    size: int
    caller: str
    office: str
    written_at: datetime
    content: bytes | None


class Writing(Enum):
    """What became of a note."""

    NEW = auto()
    SAME = auto()
    """It was written before."""
    ID_USED = auto()
    """Another note has this id."""
    FULL = auto()
    """The child has as many notes, or bytes of them, as it may have."""
    NO_KEY = auto()
    """The child was erased."""


class NoteBook:
    """The notes of one installation. Raises what ``Keystore`` raises."""

    def __init__(self, database: Database, keystore: Keystore) -> None:
        self._database, self._keystore = database, keystore

    async def write(self, student: str, note: Note, *, caller: str, office: str, at: datetime) -> Writing:
        """Write a note of a child that is in the directory, and say what became of it."""
        keys = await self._keystore.ensure([student])
        if student not in keys:
            return Writing.NO_KEY
        row = {
            "note": note.id,
            "student": student,
            "kind": note.kind.value,
            "media_type": note.media_type,
            "size": len(note.content),
            "sealed": seal_field(keys[student], student, _field(note.id, note.kind, note.media_type), note.content),
            "caller": caller,
            "office": office,
            "written_at": at,
        }
        async with self._database.engine.begin() as connection:
            # Whoever erases the child waits for this, or was first.
            if (await connection.execute(select(CHILDREN.c.erased_at).where(CHILDREN.c.student == student).with_for_update())).scalar() is not None:
                return Writing.NO_KEY
            there = (await connection.execute(select(NOTES).where(NOTES.c.note == note.id))).one_or_none()
            if there is not None:
                return Writing.SAME if there.student == student and _opened(there, keys[student]) == note else Writing.ID_USED
            if await _is_full(connection, student, len(note.content)):
                return Writing.FULL
            await connection.execute(NOTES.insert(), row)
        return Writing.NEW

    async def all(self, student: str) -> Sequence[KeptNote]:
        """Return the notes of a child, the newest first, and of those with text the text. None of an erased child is there."""
        async with self._database.engine.begin() as connection:
            texts = NOTES.c.kind == Kind.NOTE.value
            query = select(NOTES).where(NOTES.c.student == student, texts)
            without = [column for column in NOTES.c if column.name != "sealed"]
            files = select(*without).where(NOTES.c.student == student, ~texts)
            rows = [*(await connection.execute(query)).all(), *(await connection.execute(files)).all()]
        key = (await self._keystore.find([student])).get(student)
        if key is None:
            return []
        kept = [_kept(row, _opened(row, key).content if row.kind == Kind.NOTE else None) for row in rows]
        return sorted(kept, key=lambda each: (each.written_at, each.id), reverse=True)

    async def get(self, student: str, note: str) -> KeptNote | None:
        """Return a note of a child, opened; None where the child has none of this id, or was erased."""
        async with self._database.engine.begin() as connection:
            row = (await connection.execute(select(NOTES).where(NOTES.c.student == student, NOTES.c.note == note))).one_or_none()
        key = (await self._keystore.find([student])).get(student)
        return None if row is None or key is None else _kept(row, _opened(row, key).content)


async def erase_notes(connection: AsyncConnection, student: str) -> int:
    """Delete the notes of a child; return how many there were."""
    return (await connection.execute(delete(NOTES).where(NOTES.c.student == student))).rowcount


async def _is_full(connection: AsyncConnection, student: str, more: int) -> bool:
    query = select(func.count(), func.coalesce(func.sum(NOTES.c.size), 0)).where(NOTES.c.student == student)
    count, size = (await connection.execute(query)).one()
    return bool(count >= MOST_NOTES or size + more > MOST_BYTES)


def _field(note: str, kind: str, media_type: str) -> str:
    """Return what is bound into the seal: a note that is put into another's place, or called something else, does not open."""
    return f"note {note} {kind} {media_type}"


def _opened(row: Any, key: bytes) -> Note:
    content = open_field(key, row.student, _field(row.note, row.kind, row.media_type), row.sealed)
    return Note(row.note, Kind(row.kind), row.media_type, content)


def _kept(row: Any, content: bytes | None) -> KeptNote:
    # SQLite keeps no time zone: what is written is in UTC.
    at = row.written_at if row.written_at.tzinfo else row.written_at.replace(tzinfo=UTC)
    return KeptNote(row.note, Kind(row.kind), row.media_type, row.size, row.caller, row.office, at, content)
