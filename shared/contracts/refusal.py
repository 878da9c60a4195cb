"""What the topic ``refusals`` and the ``.dead`` topics hold: what was not taken, and why."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct


class RefusalCode(StrEnum):
    """Why a report was refused (wire page, section 4), or what an office asked for."""

    MALFORMED = "malformed"
    """A field is missing, or has a value that it cannot have."""
    UNKNOWN_TYPE = "unknown_type"
    """There is no such report."""
    UNKNOWN_FIELD = "unknown_field"
    """A field, which is named, is none of the report's."""
    UNKNOWN_COUNTY = "unknown_county"
    """No table of divisions has the county."""
    COUNTY_NOT_VALID_THEN = "county_not_valid_then"
    """The county's code was not in force on the day of the report."""
    NOT_YOUR_COUNTY = "not_your_county"
    """The county is none of the sender's."""
    FUTURE_DATED = "future_dated"
    """`time` is more than a day after the receipt."""
    UNKNOWN_STUDENT = "unknown_student"
    """Nothing was reported of this child that this report could follow."""
    IMPOSSIBLE_ORDER = "impossible_order"
    """The report cannot follow from where the child stands."""
    AFTER_REMOVAL = "after_removal"
    """The child left the ledger."""
    NOT_VOIDABLE = "not_voidable"
    """No report of this sender has this id, or a later report of another sender rests on it; or it is a county's statement."""
    ID_REUSED = "id_reused"
    """The sender told something else under this `id` before."""
    MERGED = "merged"
    """The id was merged into another, which the detail names."""
    UNKNOWN_CASE = "unknown_case"
    """The child has no file."""
    NOT_ALLOWED_NOW = "not_allowed_now"
    """The state that the file or the grant is in does not allow it; the detail says which state, and the rule."""
    ATTEMPTS_MISSING = "attempts_missing"
    """The law asks for attempts to persuade first; the detail says how many."""
    EARLIER_STEP_MISSING = "earlier_step_missing"
    """The law has other steps first, which the detail names."""
    TERM_RUNNING = "term_running"
    """A term must pass first; the detail says until when it runs."""
    CORROBORATION_MISSING = "corroboration_missing"
    """Another office than the one that claimed the return has to know of it first."""
    SECOND_OFFICE_NEEDED = "second_office_needed"
    """Two offices have to do this, and this one is the first."""
    UNKNOWN_FLAG = "unknown_flag"
    """There is no such flag of the child or the county."""
    UNKNOWN_GRANT = "unknown_grant"
    """The child has no grant of this term."""
    ERASED = "erased"
    """The name of the child was erased, and does not come back."""
    TWO_CHILDREN = "two_children"
    """The numbers are those of two children: report `same-as` first, if they are one."""
    OTHER_AMOUNT = "other_amount"
    """Another amount is due than was paid."""


class Refusal(Exception):
    """A report or a command broke a rule: ``code``, the ``field`` of the event that broke it, and the rule in words (``detail``).

    A decision raises it before any fact exists. ``detail`` names what is known of the subject, never a value that was sent.
    """

    def __init__(self, code: RefusalCode, field: str, detail: str) -> None:
        super().__init__(code, field, detail)
        self.code = code
        self.field = field
        self.detail = detail


class Refused(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A report or command that a worker refused: code, the field that broke the rule, and the rule in words."""

    TYPE: ClassVar[str] = "cn.baoxue.report.refused.v1"
    code: RefusalCode
    field: str
    detail: str


class DeadReason(StrEnum):
    """Why a record is a dead letter. The last five are of facts that do not belong where they stand, whoever wrote them."""

    UNREADABLE = "unreadable"
    """The bytes are no event, or a value cannot be what it says."""
    UNKNOWN_TYPE = "unknown type"
    """Nobody ever published the type."""
    KEY = "key and subject differ"
    """The record's key, the subject and the partition key are not one, or not what the type is about."""
    PARTITION = "in another partition than that of its key"
    SOURCE = "of a type that its source does not write"
    ID = "with the id of another position"
    """The fact jumps over inputs, and its id is not that of the input that its sequence names."""
    BEYOND = "beyond the end of its input topic"
    """The sequence names an input that did not exist when the fact was read."""


class Dead(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A pointer to bytes that cannot be read: where they are, their SHA-256, and what is wrong with them."""

    TYPE: ClassVar[str] = "cn.baoxue.record.dead.v1"
    topic: str
    partition: int
    offset: int
    sha256: str
    reason: str
