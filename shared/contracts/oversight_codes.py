"""What the facts and commands of oversight are made of: flags that the rules raise (decision 0055), and samples for re-check (decision 0059).

Every code list here is added to and never shortened, for what was once recorded must stay readable.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta


class Rule(StrEnum):
    """The rules of the detector, by the names of their tables in a rulebook."""

    NO_SEAT = "no_seat"
    TWO_SEATS = "two_seats"
    BURST = "burst"
    BEFORE_REPORT_DAY = "before_report_day"
    OUT_AGAIN = "out_again"
    ZERO_STATED = "zero_stated"


OF_CHILDREN = frozenset({Rule.NO_SEAT, Rule.TWO_SEATS, Rule.OUT_AGAIN})
"""The rules whose flags are of a child's file. The flags of the others are of a county."""


class FlagState(StrEnum):
    """What became of a flag. It is never deleted."""

    OPEN = "open"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class FlagGround(StrEnum):
    """What cleared a flag."""

    SEEN_IN_SCHOOL = "seen_in_school"
    """Another office saw the child in school."""
    REPORT_WITHDRAWN = "report_withdrawn"
    """The report that the flag stands on was taken back."""
    TRANSFER_COMPLETED = "transfer_completed"
    """The county that the child left reported the departure."""
    RECHECKED = "rechecked"
    """A re-check found the children in school."""
    SEEN_BEFORE = "seen_before"
    """Each child was corroborated before the report day."""
    SETTLED = "settled"
    """Each child that the comparison named was settled."""
    STATEMENT_CORRECTED = "statement_corrected"
    """The county corrected its statement."""


GROUNDS: dict[Rule, tuple[FlagGround, ...]] = {
    Rule.NO_SEAT: (FlagGround.SEEN_IN_SCHOOL, FlagGround.REPORT_WITHDRAWN),
    Rule.TWO_SEATS: (FlagGround.TRANSFER_COMPLETED, FlagGround.REPORT_WITHDRAWN),
    Rule.BURST: (FlagGround.RECHECKED,),
    Rule.BEFORE_REPORT_DAY: (FlagGround.SEEN_BEFORE, FlagGround.RECHECKED),
    Rule.OUT_AGAIN: (FlagGround.SEEN_IN_SCHOOL, FlagGround.REPORT_WITHDRAWN),
    Rule.ZERO_STATED: (FlagGround.SETTLED, FlagGround.STATEMENT_CORRECTED),
}
"""What may clear a flag, by its rule: the same that the rulebook says in words."""


class FlaggedAct(StrEnum):
    """What was done so often that a county's rule was met."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    LEFT_THE_COUNT = "left_the_count"


class Finding(StrEnum):
    """What a re-check of a file found."""

    IN_SCHOOL = "in_school"
    NOT_IN_SCHOOL = "not_in_school"
    LAWFULLY_ABSENT = "lawfully_absent"
    OTHER = "other"


MOST_NAMED = 50
"""The most facts that a flag names one by one. ``digest`` is of all of them."""

RulebookVersion = Annotated[int, Meta(ge=1, le=255, description="the version of the rulebook")]
Evidence = Annotated[
    tuple[Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)", description="the id of a fact")], ...],
    Meta(min_length=1, max_length=MOST_NAMED, description="the ids of the facts that the flag stands on, 50 at most"),
]
RecordedEvidence = Annotated[
    tuple[Annotated[str, Meta(min_length=36, max_length=36, extra_json_schema={"pattern": "^[0-9a-f-]{36}$"})], ...],
    Meta(min_length=1, max_length=MOST_NAMED),
]
Pieces = Annotated[int, Meta(ge=1, le=65_535, description="how many facts the flag stands on")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="a SHA-256, 64 hex digits")]
RecordedDigest = Annotated[str, Meta(min_length=64, max_length=64, extra_json_schema={"pattern": "^[0-9a-f]{64}$"})]
FlagId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$(?!\n)", description="the flag: the first 16 digits of the digest of its evidence")]
RecordedFlagId = Annotated[str, Meta(min_length=16, max_length=16, extra_json_schema={"pattern": "^[0-9a-f]{16}$"})]
Seed = Annotated[str, Meta(pattern=r"^[0-9a-z-]{8,64}$(?!\n)", description="the seed of a draw: 8 to 64 of 0-9a-z-")]
RecordedSeed = Annotated[str, Meta(min_length=8, max_length=64, extra_json_schema={"pattern": "^[0-9a-z-]{8,64}$"})]
SampleVersion = Annotated[int, Meta(ge=1, le=255, description="the version of the rules of the draw")]
Files = Annotated[int, Meta(ge=0, le=10_000_000, description="a number of files")]
