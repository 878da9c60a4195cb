"""What a note or an attachment may be. Pure. The content says what a file is; what it is called counts for nothing."""

import re
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from services.enrolment.directory.notes import Kind
from shared.commands.instructions import Form
from shared.http.problems import Problem, invalid_parameter

MOST_TEXT = 16 << 10
"""Bytes of a body with text: 2,000 characters, each of them escaped."""
_is_clean = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]*").fullmatch
"""No control character but tab and new line, and none that turns the direction of text round."""

NoteId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)", description="32 lower-case hex digits, drawn by whoever writes")]


class AskedNote(Struct, frozen=True, forbid_unknown_fields=True):
    """A note. ``id``: drawn by whoever writes it, so that the same note sent again is written once."""

    id: NoteId
    text: Annotated[str, Meta(min_length=1, max_length=2_000, description="1 to 2,000 characters")]


class FileType(StrEnum):
    """What an attachment may be."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"


class FileKind(StrEnum):
    """What an attachment shows."""

    SIGNED_FORM = Kind.SIGNED_FORM.value
    PHOTOGRAPH = Kind.PHOTOGRAPH.value
    LETTER = Kind.LETTER.value
    OTHER = Kind.OTHER.value


NOTE = Form(AskedNote)
"""How a body is read."""
_BEGINS = {FileType.JPEG: b"\xff\xd8\xff", FileType.PNG: b"\x89PNG\r\n\x1a\n", FileType.PDF: b"%PDF-"}


def check_text(text: str) -> None:
    """Raise ``Problem`` 422 for a text with control characters, or of blanks alone."""
    if not text.strip() or _is_clean(text) is None:
        detail = "text must have more than blanks, and no control characters but tab and new line"
        raise Problem(422, "malformed", "A field breaks a rule", detail, more={"code": "malformed", "field": "text"})


def check_file(content: bytes, said: FileType) -> None:
    """Raise ``Problem`` for a file that is not what it is said to be: 400 where it is empty, 422 where its content is another."""
    if not content:
        raise Problem(400, "empty-body", "The body is empty", "There is no file in it.")
    if not content.startswith(_BEGINS[said]):
        raise invalid_parameter("header.content-type", "the file is not what Content-Type says: its content begins otherwise")
