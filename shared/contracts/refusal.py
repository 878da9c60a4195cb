"""What the topic ``refusals`` and the ``.dead`` topics hold: what was not taken, and why."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct


class RefusalCode(StrEnum):
    """Why a report was refused (wire page, section 4), or what an office asked for."""

    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_COUNTY = "unknown_county"
    COUNTY_NOT_VALID_THEN = "county_not_valid_then"
    NOT_YOUR_COUNTY = "not_your_county"
    FUTURE_DATED = "future_dated"
    UNKNOWN_STUDENT = "unknown_student"
    IMPOSSIBLE_ORDER = "impossible_order"
    AFTER_REMOVAL = "after_removal"
    NOT_VOIDABLE = "not_voidable"
    UNKNOWN_CASE = "unknown_case"
    NOT_ALLOWED_NOW = "not_allowed_now"
    UNKNOWN_GRANT = "unknown_grant"
    OTHER_AMOUNT = "other_amount"


class Refused(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A report or command that a worker refused: code, the field that broke the rule, and the rule in words."""

    TYPE: ClassVar[str] = "cn.baoxue.report.refused.v1"
    code: RefusalCode
    field: str
    detail: str


class Dead(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A pointer to bytes that cannot be read: where they are, their SHA-256, and what is wrong with them."""

    TYPE: ClassVar[str] = "cn.baoxue.record.dead.v1"
    topic: str
    partition: int
    offset: int
    sha256: str
    reason: str
