"""What is known of two ids, put together as one child, and taken apart again.

Matter by matter (schooling, residence, household) the newest happening of either id holds. Both functions are pure, and ``apart`` undoes
``joined``.
"""

from enum import StrEnum

from msgspec.structs import replace

from services.enrolment.domain.recorded import kept, recorded
from services.enrolment.domain.state import Student, Taken
from services.enrolment.domain.timeline import REMEMBERED_BYTES, first_minute, moment_of, time_of_minute
from shared.contracts.same_as import Knowledge
from shared.contracts.student import MOST_TRANSFERS, Standing
from shared.contracts.words import OUT_OF_SCHOOL, Status


class Matter(StrEnum):
    """What news of a child may be about (wire page, section 3)."""

    SCHOOLING = "schooling"
    RESIDENCE = "residence"
    HOUSEHOLD = "household"


_FIELDS = {
    Matter.SCHOOLING: ("status", "reason", "stage", "school", "grade", "prior", "schooling"),
    Matter.RESIDENCE: ("county", "residence"),
    Matter.HOUSEHOLD: ("poor", "household"),
}


def joined(own: Student, other: Student) -> Student:
    """Return the child as it is with what was known of a younger id of it. Its timeline stays its own."""
    spells = own.spells + other.spells - (own.status in OUT_OF_SCHOOL and other.status in OUT_OF_SCHOOL)  # out under both ids: one spell
    changed = {name: getattr(other, name) for matter in matters_of_the_other(own, other) for name in _FIELDS[matter]}
    transfers = tuple(sorted((*own.transfers, *other.transfers), key=lambda each: each.moment))[-MOST_TRANSFERS:]
    return replace(own, **changed, spells=spells, transfers=transfers)


def apart(child: Student, taken: Taken) -> Student | None:
    """Return the child as it would be without the id that it took over last. None where later news rests on what it took over."""
    before = joined(taken.own, taken.other)
    changed = {}
    for matter in matters_of_the_other(taken.own, taken.other):
        for name in _FIELDS[matter]:
            if getattr(child, name) != getattr(before, name):
                return None
            changed[name] = getattr(taken.own, name)
    transfers = [each for each in child.transfers if each not in taken.other.transfers or each in taken.own.transfers]
    spells = child.spells - (before.spells - taken.own.spells)
    return replace(child, **changed, spells=spells, transfers=tuple(transfers), taken=child.taken[:-1])


def matters_of_the_other(own: Student, other: Student) -> list[Matter]:
    """Return the matters of which the other id knows something newer."""
    found: list[Matter] = []
    # That an id was removed says that the id left the ledger, a duplicate say. It says nothing of a child that is known under another id.
    removed, other_removed = own.status is Status.REMOVED, other.status is Status.REMOVED
    if removed > other_removed or (removed == other_removed and other.schooling > own.schooling):
        found.append(Matter.SCHOOLING)
    if other.residence > own.residence:
        found.append(Matter.RESIDENCE)
    if other.household > own.household:
        found.append(Matter.HOUSEHOLD)
    return found


def knowledge_of(child: Student) -> Knowledge:
    """Return what is known of a child, as the record holds it."""
    assert child.status is not None, "an id never heard of is not merged"  # noqa: S101  # for the type checker
    # The newest entries of all that it took over, and last its own.
    timeline = b"".join([*(taken.other.timeline for taken in child.taken), child.timeline])[-REMEMBERED_BYTES:]
    return Knowledge(
        standing=Standing(child.status, child.county, child.stage, child.poor, child.reason),
        since=time_of_minute(child.since),
        timeline=timeline,
        **recorded(child),
    )


def child_of(known: Knowledge) -> Student:
    """Return the child of whom this is known."""
    now = known.standing
    return Student(
        now.status,
        now.county,
        now.stage,
        now.poor,
        now.reason,
        timeline=known.timeline,
        since=first_minute(moment_of(known.since)),
        **kept(known),
    )
