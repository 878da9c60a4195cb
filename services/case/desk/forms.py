"""What the desk asks for, as bodies: checked here, and judged by the service that it is passed on to."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from shared.commands.instructions import Form
from shared.contracts.access import Purpose
from shared.contracts.words import StudentId


class AskedNames(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose names stand beside a list. ``purpose``: why."""

    students: Annotated[tuple[StudentId, ...], Meta(min_length=1, max_length=100, description="a list of 1 to 100 student ids")]
    purpose: Purpose


class AskedSearch(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to find: the whole name, and the day of birth. ``purpose``: why."""

    name: Annotated[str, Meta(min_length=1, max_length=64, description="1 to 64 characters")]
    birth_date: date
    purpose: Purpose


class AskedUnmasking(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a child is unmasked."""

    purpose: Purpose


class AskedPaper(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a paper is made. ``named``: whether the child stands in it in clear; where not, there are blanks."""

    purpose: Purpose
    named: bool


class AskedNote(Struct, frozen=True, forbid_unknown_fields=True):
    """A note. ``id``: drawn by whoever writes it, so that the same note sent again is written once."""

    id: StudentId
    text: Annotated[str, Meta(min_length=1, max_length=2_000, description="1 to 2,000 characters")]


FILES = ("image/jpeg", "image/png", "application/pdf")
"""What an attachment may be."""
NAMES, SEARCH, ACT, PAPER, NOTE = Form(AskedNames), Form(AskedSearch), Form(AskedUnmasking), Form(AskedPaper), Form(AskedNote)
"""How bodies are read."""
