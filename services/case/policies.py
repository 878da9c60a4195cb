"""What case does about facts of enrolment: commands for its own input topic. Pure.

``place_policies.py`` answers facts of case itself, ``referral_policies.py`` those of relief.

A policy looks at the standings that a student's fact found and left, and so at any type of fact alike, but for the steps of a merge and for a
report that was taken back; of the fact's own data only at what the file is to remember. Late news leaves today's standing as it is, so nothing
follows from it. Where a report was taken back, what it had brought about is to be as if it had never come.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from services.case import own_facts, place_policies, referral_policies, suspicion_policies
from shared.contracts.case_codes import UnownedReason
from shared.contracts.case_commands import (
    CaseCommand,
    CloseForLeave,
    CloseForMerge,
    CloseForRemoval,
    CorrectReason,
    FollowVoid,
    JoinCase,
    MoveCase,
    ObserveReturn,
    OpenCase,
    PartCase,
    RestoreCase,
)
from shared.contracts.case_owner_commands import MarkUnowned
from shared.contracts.place_commands import CountPlaces
from shared.contracts.places import SchoolPlacesStated
from shared.contracts.same_as import StudentMerged, StudentMergeVoided, StudentReleased, StudentRestored, StudentTookOver
from shared.contracts.services import CASE, ENROLMENT, RELIEF
from shared.contracts.student import Standing, StudentVoided
from shared.contracts.words import OUT_OF_SCHOOL, RemovalCode, Status
from shared.events.envelope import Addressed, Event
from shared.log import topics

_NOT_BACK = OUT_OF_SCHOOL | {Status.ON_LEAVE, Status.REMOVED}
"""Where a child may go from being out of school without being back."""


_OF_SUSPICIONS = "cn.baoxue.suspicion."
_SENDERS = ("/provinces/", "/counties/", "/schools/")


class Known(Struct, gc=False):
    """What is read of what a survivor took over."""

    standing: Standing
    spells: int


class WhatIsLeft(Struct, gc=False):
    """What a file follows of a child of whom a report was taken back: how many times it was out of school."""

    spells: int


class Change(Struct, gc=False):
    """What is read of a student's fact: the standings, and what a file remembers of what was said; of a merge, the other id.

    Of the statement of a school's places: all of it.
    """

    before: Standing | None = None
    after: Standing | None = None
    spell: int | None = None
    code: str | None = None
    evidence: str | None = None
    student: str = ""
    known: Known | None = None
    left: WhatIsLeft | None = None
    school: str | None = None
    county: str = ""
    term: str = ""
    seats: int = 0
    beds: int = 0
    late: bool = False


Fact = Event[Change]


def when_student_dropped_out_open_case(fact: Fact) -> CaseCommand | None:
    """Open a file, or open it again: dropped out, never enrolled, or taken over from a ledger as either."""
    after = fact.data.after
    if after is None or after.status not in OUT_OF_SCHOOL or _is_out(fact.data.before) or _is_void(fact):
        return None
    return OpenCase(fact=fact.sequence, county=after.county, reason=after.reason, spell=fact.data.spell)


def when_student_dropped_out_between_counties_mark_case_unowned(fact: Fact) -> CaseCommand | None:
    """Say of the file of a child that left a county, and is out of school before it came to another, that it is nobody's."""
    before, after = fact.data.before, fact.data.after
    if before is None or before.status is not Status.IN_TRANSFER or after is None or after.status not in OUT_OF_SCHOOL or _is_void(fact):
        return None
    # A child that is said to be in another county by the same word has arrived.
    return MarkUnowned(fact=fact.sequence, because=UnownedReason.BETWEEN_COUNTIES) if before.county == after.county else None


def when_student_returned_observe_it(fact: Fact) -> CaseCommand | None:
    """Put the file of a child that is back, in whatever way, under observation."""
    after = fact.data.after
    if after is None or after.status in _NOT_BACK or not _is_out(fact.data.before) or _is_void(fact):
        return None
    return ObserveReturn(fact=fact.sequence, claimant=_claimant_of(fact), school=fact.data.school)


def when_student_was_removed_close_case(fact: Fact) -> CaseCommand | None:
    """Close the file of a child that left the ledger."""
    before, after = fact.data.before, fact.data.after
    if before is None or before.status is Status.REMOVED or (after is not None and after.status is not Status.REMOVED):
        return None
    if after is None and _is_void(fact):
        return None
    code = RemovalCode(fact.data.code) if fact.data.code else None
    return CloseForRemoval(fact=fact.sequence, code=code, evidence=fact.data.evidence if code else None)


def when_absence_was_approved_close_case(fact: Fact) -> CaseCommand | None:
    """Close the file of a child whose absence is lawful now."""
    before, after = fact.data.before, fact.data.after
    if before is None or before.status is Status.ON_LEAVE or after is None or after.status is not Status.ON_LEAVE or _is_void(fact):
        return None
    return CloseForLeave(fact=fact.sequence)


def when_report_was_voided_follow_it(fact: Fact) -> CaseCommand | None:
    """Close the file of a child that was not out of school after all, or let a file go on whose end was none."""
    before, after = fact.data.before, fact.data.after
    if not _is_void(fact) or before is None or (after is not None and after.status is Status.REMOVED):
        return None
    return FollowVoid(
        fact=fact.sequence,
        county=(after or before).county,
        out=_is_out(after),
        in_school=after is not None and after.status not in _NOT_BACK,
        spells=fact.data.left.spells if fact.data.left is not None else 0,
        reason=after.reason if after is not None else None,
        spell=fact.data.spell,
    )


def when_student_moved_move_case(fact: Fact) -> CaseCommand | None:
    """Let the file follow the child to another county."""
    before, after = fact.data.before, fact.data.after
    return MoveCase(fact=fact.sequence, county=after.county) if before is not None and after is not None and before.county != after.county else None


def when_reason_was_corrected_correct_case(fact: Fact) -> CaseCommand | None:
    """Correct the reason of a child that is out of school and was before."""
    before, after = fact.data.before, fact.data.after
    if before is None or after is None or not _is_out(before) or not _is_out(after) or before.reason == after.reason:
        return None
    return CorrectReason(fact=fact.sequence, reason=after.reason)


def when_student_was_merged_close_case(fact: Fact) -> CaseCommand | None:
    """Close the file of an id that is one child with another."""
    return CloseForMerge(fact=fact.sequence, student=fact.data.student)


def when_student_took_over_join_cases(fact: Fact) -> CaseCommand | None:
    """Let the survivor's file be that of the child known under both ids."""
    after, known = fact.data.after, fact.data.known
    if after is None or known is None:
        return None
    reason = after.reason or known.standing.reason
    other = known.standing.status
    return JoinCase(
        fact=fact.sequence, student=fact.data.student, county=after.county, status=after.status, reason=reason, known=other, spells=known.spells
    )


def when_student_let_go_part_cases(fact: Fact) -> CaseCommand | None:
    """Let the survivor's file be its own again."""
    after = fact.data.after
    if after is None:
        return None
    return PartCase(fact=fact.sequence, student=fact.data.student, county=after.county, status=after.status, reason=after.reason)


def when_student_was_restored_restore_case(fact: Fact) -> CaseCommand | None:
    """Give the merged id its file back."""
    after = fact.data.after
    if after is None:
        return None
    return RestoreCase(fact=fact.sequence, student=fact.data.student, county=after.county, status=after.status, reason=after.reason)


def when_places_were_stated_count_them(fact: Fact) -> CountPlaces | None:
    """Let the newest statement of a school's places hold."""
    said = fact.data
    return None if said.late else CountPlaces(fact=fact.sequence, county=said.county, term=said.term, seats=said.seats, beds=said.beds)


STEPS_OF_MERGES: Mapping[str, Callable[[Fact], CaseCommand | None]] = {
    StudentMerged.TYPE: when_student_was_merged_close_case,
    StudentTookOver.TYPE: when_student_took_over_join_cases,
    StudentMergeVoided.TYPE: when_student_let_go_part_cases,
    StudentReleased.TYPE: when_student_let_go_part_cases,
    StudentRestored.TYPE: when_student_was_restored_restore_case,
}
"""The steps of merges that change files, by the type of the fact: of these the standings do not say enough."""

POLICIES: tuple[Callable[[Fact], CaseCommand | None], ...] = (
    when_student_moved_move_case,  # first: whatever else happens, happens in the new county
    when_student_dropped_out_open_case,
    when_student_dropped_out_between_counties_mark_case_unowned,
    when_student_returned_observe_it,
    when_student_was_removed_close_case,
    when_absence_was_approved_close_case,
    when_report_was_voided_follow_it,
    when_reason_was_corrected_correct_case,
)


class CasePolicies:
    """Case's ``Policies``."""

    service = CASE.name
    source = CASE.policy_source
    commands_topic = topics.CASE_COMMANDS
    hears: Mapping[str, type[Event[Any]]] = {ENROLMENT.source: Fact, CASE.source: own_facts.Fact, RELIEF.source: referral_policies.Fact}
    marks: Mapping[str, Sequence[bytes]] = {CASE.source: own_facts.MARKS, RELIEF.source: (referral_policies.MARK,)}

    def commands(self, fact: Event[Any]) -> Sequence[CaseCommand | Addressed]:
        """Return what all policies ask for because of one fact."""
        if fact.source == CASE.source:
            return suspicion_policies.commands(fact) if fact.type.startswith(_OF_SUSPICIONS) else place_policies.commands(fact)
        if fact.source == RELIEF.source:
            return referral_policies.when_relief_answered_tell_file(fact)
        if fact.type == SchoolPlacesStated.TYPE:
            stated = when_places_were_stated_count_them(fact)
            return () if stated is None else (stated,)
        before, after = fact.data.before, fact.data.after
        suspected = suspicion_policies.when_suspected_note_or_settle(fact.subject, fact.sequence, before, after)
        if (of_merge := STEPS_OF_MERGES.get(fact.type)) is not None:
            command = of_merge(fact)
            return suspected if command is None else (command, *suspected)
        if before == after:
            return ()
        return [*(command for policy in POLICIES if (command := policy(fact)) is not None), *suspected]


def _claimant_of(fact: Fact) -> str | None:
    """Return the sender of the report that a fact follows from, None where it follows from what a policy asked for."""
    sender = fact.reportedby
    return sender if sender is not None and sender.startswith(_SENDERS) else None


def _is_void(fact: Fact) -> bool:
    return fact.type == StudentVoided.TYPE


def _is_out(standing: Standing | None) -> bool:
    return standing is not None and standing.status in OUT_OF_SCHOOL
