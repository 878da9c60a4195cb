"""Who looked at which child: what the topic ``access`` holds. Never what was seen: no name, no field, no text that anybody typed.

The apis write it before they answer, and one that cannot does not answer. It is no part of the record: no worker decides it, nothing is
counted of it, and an auditor can replay the counts without learning who reads.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from shared.contracts.words import RecordedCounty

CallerName = Annotated[str, Meta(min_length=1, max_length=255, description="the issuer's name for the caller, of 1 to 255 characters")]
Office = Annotated[str, Meta(min_length=1, max_length=32, description="the office that the token names")]


class Looked(StrEnum):
    """What somebody did."""

    FILE_READ = "file-read"
    """Read the file of a child: `GET /v1/cases/{id}`."""
    GRANT_READ = "grant-read"
    """Read the aid of a child: `GET /v1/grants/{id}`, `GET /v1/students/{id}/grants`."""
    NAME_READ = "name-read"
    """Read the name of a child, masked: `GET /v1/children/{id}`."""
    NAME_FOUND = "name-found"
    """Found a child by name and day of birth: `POST /v1/children/search`."""
    NAME_LISTED = "name-listed"
    """Read the names of some children beside a list, masked: `POST /v1/children/names`."""
    LIST_EXPORTED = "list-exported"
    """Took a list of files away as a table: `GET /v1/desk/export`."""
    PAPER_MADE = "paper-made"
    """Made a paper of a child: `POST /v1/desk/files/{id}/papers/{paper}`. Where it names the child, the unmasking is a look of its own."""
    NAME_UNMASKED = "name-unmasked"
    """Read the name of a child in clear: `POST /v1/children/{id}/unmasking`."""
    NOTE_READ = "note-read"
    """Read the notes of a child, or an attachment: `GET /v1/children/{id}/notes`, `GET /v1/children/{id}/attachments/{note}`."""
    NOTE_WRITTEN = "note-written"
    """Wrote a note of a child, or kept an attachment: `POST /v1/children/{id}/notes`, `POST /v1/children/{id}/attachments`."""
    ERASURE = "erasure"
    """Asked that the name of a child be erased: `POST /v1/children/{id}/erasure`."""


class Purpose(StrEnum):
    """Why somebody looks at a child."""

    VERIFY = "verify"
    """To find out where a suspected child is (核实)."""
    PERSUADE = "persuade"
    """To visit a child, or to write to its guardians (劝返)."""
    PLACE = "place"
    """To place a child that returns (安置)."""
    AID = "aid"
    """To recognise or pay aid (资助)."""
    SAME_CHILD = "same-child"
    """To find out whether two ids are one child."""
    CORRECT = "correct"
    """To correct what is written of a child."""
    INSPECT = "inspect"
    """To re-check the work of another office (督查)."""
    REQUEST = "request"
    """At the request of the child's guardians, or of the child."""
    LEGAL = "legal"
    """For a proceeding by law."""
    WORK = "work"
    """To work on a file or on aid, where an api does not ask why."""


class ChildLooked(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody looked at a child. ``county``: where the child counted then, left out where that is not known.

    ``shown``: false for one who was turned away, because there is no such child in the directory, or none of theirs.
    """

    TYPE: ClassVar[str] = "cn.baoxue.access.looked.v1"
    did: Looked
    caller: CallerName
    office: Office
    roles: Annotated[tuple[str, ...], Meta(max_length=16)]
    purpose: Purpose
    shown: bool
    county: RecordedCounty | None = None


class NameErased(Struct, frozen=True, forbid_unknown_fields=True):
    """The name of a child is erased: from here on its key is destroyed wherever this is read, and it stays so after any backup is put back."""

    TYPE: ClassVar[str] = "cn.baoxue.access.erased.v1"
    caller: CallerName
    office: Office
    purpose: Purpose


ACCESS_TYPES: tuple[type[Struct], ...] = (ChildLooked, NameErased)
