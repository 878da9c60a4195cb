"""Shows and takes notes and attachments of children: by right and purpose, and only once it is written who looked. Raises ``Problem``."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from services.enrolment.children.child_reader import ChildReader
from services.enrolment.directory.notes import KeptNote, Kind, Note, NoteBook, Writing
from services.enrolment.directory.unavailable import directory_needed
from shared.contracts.access import Looked, Purpose
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.rights import Action


class WrittenNote(Struct, frozen=True):
    """A note that is written. ``new``: false where it was written before."""

    student: str
    id: str
    new: bool


class ShownNote(Struct, frozen=True):
    """A note or an attachment. ``text``: null for an attachment, which is fetched by itself."""

    id: str
    kind: Kind
    media_type: str
    size: int
    caller: str
    office: str
    written_at: datetime
    text: str | None


class ChildNotes(Struct, frozen=True):
    """The notes and attachments of a child, the newest first."""

    student: str
    notes: Sequence[ShownNote]


class NoteReader:
    """The notes of one installation."""

    def __init__(self, book: NoteBook, reader: ChildReader, *, now: Callable[[], datetime]) -> None:
        self._book, self._reader, self._now = book, reader, now

    async def write(self, student: str, note: Note, caller: Caller) -> WrittenNote:
        """Write a note of a child of the caller's area, once it is recorded who writes."""
        with directory_needed():
            await self._reader.let_in(student, caller, Action.WRITE_NOTES, Looked.NOTE_WRITTEN, Purpose.WORK)
            written = await self._book.write(student, note, caller=caller.sub[:255], office=caller.office, at=self._now())
        match written:
            case Writing.NO_KEY:
                raise Problem(410, "no-name", "No name any more", "This child was erased: nothing is written of it again.")
            case Writing.ID_USED:
                raise Problem(409, "id-used", "The id is another note's", "Another note has this id: draw a new one for each note.")
            case Writing.FULL:
                detail = "A child has 200 notes and attachments at most, of 64 MiB together. Nothing was written."
                raise Problem(409, "notes-full", "The child has as many notes as it may have", detail)
            case Writing.NEW | Writing.SAME:
                return WrittenNote(student, note.id, written is Writing.NEW)

    async def all(self, student: str, caller: Caller, purpose: Purpose) -> ChildNotes:
        """Return the notes of a child of the caller's area."""
        with directory_needed():
            await self._reader.let_in(student, caller, Action.READ_NOTES, Looked.NOTE_READ, purpose)
            return ChildNotes(student, [_shown(each) for each in await self._book.all(student)])

    async def file(self, student: str, note: str, caller: Caller, purpose: Purpose) -> KeptNote:
        """Return an attachment of a child of the caller's area, opened."""
        with directory_needed():
            await self._reader.let_in(student, caller, Action.READ_NOTES, Looked.NOTE_READ, purpose)
            found = await self._book.get(student, note)
        if found is None or found.kind is Kind.NOTE:
            raise Problem(404, "no-such-note", "No such attachment", "This child has no attachment of this id.")
        return found


def _shown(note: KeptNote) -> ShownNote:
    text = None if note.content is None else note.content.decode()
    return ShownNote(note.id, note.kind, note.media_type, note.size, note.caller, note.office, note.written_at, text)
