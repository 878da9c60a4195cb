"""What is known of a child beside its standing, as facts hold it: of an id that another takes over, and of a child after a report was taken back.

Facts have times where a state has moments, and null where it has none. The two functions undo one another.
"""

from datetime import datetime
from typing import Any

from services.enrolment.domain.state import Student
from services.enrolment.domain.timeline import NEVER, moment_of, time_of
from services.enrolment.domain.transfers import Transfer
from shared.contracts.same_as import Knowledge
from shared.contracts.student import UnmatchedTransfer, WhatIsLeft


def recorded(child: Student) -> dict[str, Any]:
    """Return the fields that ``Knowledge`` and ``WhatIsLeft`` share, by name, of a child."""
    return {
        "schooling": _time(child.schooling),
        "residence": _time(child.residence),
        "household": _time(child.household),
        "school": child.school or None,
        "grade": child.grade,
        "prior": child.prior,
        "spells": child.spells,
        "transfers": tuple(UnmatchedTransfer(each.lost, each.has, time_of(each.moment)) for each in child.transfers),
    }


def kept(known: Knowledge | WhatIsLeft) -> dict[str, Any]:
    """Return the same fields as a child's state has them."""
    return {
        "schooling": _moment(known.schooling),
        "residence": _moment(known.residence),
        "household": _moment(known.household),
        "school": known.school or "",
        "grade": known.grade,
        "prior": known.prior,
        "spells": known.spells,
        "transfers": tuple(Transfer(each.from_county, each.to_county, moment_of(each.since)) for each in known.transfers),
    }


def _time(moment: int) -> datetime | None:
    return None if moment == NEVER else time_of(moment)


def _moment(time: datetime | None) -> int:
    return NEVER if time is None else moment_of(time)
