"""From the bytes of a submission and a packed state to an outcome: the whole of what enrolment's worker decides. Pure."""

from collections.abc import Set as AbstractSet
from typing import assert_never

from msgspec import Raw

from services.enrolment.domain import county, merging, packed, packed_school, school, student, voiding
from services.enrolment.domain.events import BY_REPORT
from services.enrolment.domain.refusals import NotVoidable
from services.enrolment.domain.senders import Provinces, Told
from services.enrolment.domain.state import Student
from services.enrolment.domain.transfers import lists_of
from shared.contracts.county import CountyStated
from shared.contracts.places import SchoolPlacesStated
from shared.contracts.refusal import Refusal
from shared.contracts.registry import MERGE_LANGUAGE, RECORD_LANGUAGE, REPORT_LANGUAGE
from shared.contracts.reports import CountyReported, PlacesStated, Report, SameAs, Voided
from shared.contracts.same_as import StudentMergeVoided
from shared.contracts.services import ENROLMENT
from shared.contracts.student import StudentFact, StudentSameAs, StudentVoided
from shared.deciding.decider import Judged, read_command, refused, student_state_id
from shared.deciding.states.outcomes import Exceptional, Outcome
from shared.events.codec import Unreadable, encode, read_data, read_event, read_submission
from shared.events.envelope import Event, Submission, caused
from shared.geography.divisions import Divisions, divisions
from shared.ids import uuid5_of_position
from shared.log import topics

_COUNTY_KEY, _SCHOOL_KEY = 6, 10
_Fact = StudentFact | CountyStated | SchoolPlacesStated
_BY_POLICIES = f'"{ENROLMENT.policy_source}"'.encode()
"""What stands in every command of the policies."""


def provinces_in(divisions: Divisions) -> Provinces:
    """Return the source that is the province of each county in a table."""
    return {code: f"/provinces/{county.province[:2]}" for code, county in divisions.counties.items()}


class EnrolmentDecider:
    """Enrolment's ``Decider``: students, counties and schools, each by its own key."""

    service = ENROLMENT.name
    source = ENROLMENT.source
    topic = topics.SUBMISSIONS
    tallied = None

    def __init__(self) -> None:
        self._provinces = provinces_in(divisions())

    def state_id(self, key: bytes | None) -> bytes:
        """Return a student's 16 bytes, those that a county's six digits are padded to, or those before a school's ten."""
        if key is not None and len(key) == _COUNTY_KEY and key.isdigit():
            return b"county" + key + b"\0\0\0\0"
        if key is not None and len(key) == _SCHOOL_KEY and key.isdigit():
            return b"school" + key
        return student_state_id(key)

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide one submission, or one command of the policies, on the state it finds."""
        try:
            submission = read_submission(value)
        except Unreadable:
            # No sender has the source of the policies, so that what they ask is never a submission.
            if value is None or _BY_POLICIES not in value or read_event(value).source != ENROLMENT.policy_source:
                raise
            return self._judge_command(key, value, state, partition=partition, offset=offset)
        if submission.subject.encode() != key:
            raise Unreadable("the record's key is not the subject of its event")
        report: Report = read_data(REPORT_LANGUAGE, submission.type, submission.data)
        try:
            decided = self._decided(report, submission, state, partition=partition, offset=offset)
        except Refusal as refusal:
            return refused(self, refusal, submission, partition=partition, offset=offset)
        if decided is None:
            return Judged(Outcome.DUPLICATE, exception=_duplicate(report, submission, state))
        fact, new_state = decided
        event = encode(caused(submission, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        if fact.late:
            return Judged(Outcome.LATE, state=new_state, fact=event, exception=_shown(submission))
        return Judged(Outcome.ACCEPTED, state=new_state, fact=event)

    def _judge_command(self, key: bytes, value: bytes, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide a step of a merge. What the policies ask is never refused: where it is not awaited it makes no fact."""
        event, asked = read_command(ENROLMENT, MERGE_LANGUAGE, key, value)
        command: merging.MergeRequest = asked
        child = packed.unpack(state)
        fact = merging.decide(child, command, subject=event.subject, provinces=self._provinces)
        if fact is None:
            return Judged(Outcome.DUPLICATE)
        made = caused(event, fact, source=self.source, topic=self.topic, partition=partition, offset=offset)
        after = merging.evolve(child, fact, Told(event.time, event.source, event.id), event=made.id, provinces=self._provinces)
        return Judged(Outcome.ACCEPTED, state=packed.pack(after), fact=encode(made))

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Return the state after a fact of enrolment's own, as ``judge`` left it when the fact was new."""
        data: _Fact = read_data(RECORD_LANGUAGE, fact.type, fact.data)
        match data:
            case CountyStated():
                ledger = county.evolve(packed.unpack_ledger(state), data, at=fact.time, source=fact.reportedby or "", id=fact.causationid)
                return packed.pack_ledger(ledger)
            case SchoolPlacesStated():
                stated = school.evolve(packed_school.unpack(state), data, at=fact.time, source=fact.reportedby or "", id=fact.causationid)
                return packed_school.pack(stated)
            case StudentFact():
                told, child = Told(fact.time, fact.reportedby or "", fact.causationid), packed.unpack(state)
                if isinstance(data, merging.STEPS):
                    return packed.pack(merging.evolve(child, data, told, event=fact.id, provinces=self._provinces))
                if isinstance(data, StudentVoided):
                    return packed.pack(voiding.evolve(child, data, told, self._provinces))
                return packed.pack(student.evolve(child, data, told, self._provinces))
            case _:
                assert_never(data)

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        """Return where a child's transfers without their other half stand."""
        transfers = packed.transfers_of(state)
        return lists_of(transfers) if transfers else frozenset()

    def _decided(self, report: Report, submission: Submission, state: bytes | None, *, partition: int, offset: int) -> tuple[_Fact, bytes] | None:
        """Return the fact that a report comes to and the state it leaves; None where it says nothing new."""
        of_county, of_school = len(submission.subject) == _COUNTY_KEY, len(submission.subject) == _SCHOOL_KEY
        if isinstance(report, PlacesStated) or of_school:
            return self._places_stated(report, submission, state)
        if isinstance(report, CountyReported):
            if not of_county:
                raise Unreadable("the subject is a child, and the report is of a county")
            return _stated(report, submission, state)
        if of_county:
            if isinstance(report, Voided):
                raise NotVoidable("a county's statement is not taken back: state the right number, and the newest statement holds")
            raise Unreadable("the subject is a county, and the report is of a child")
        child, told = packed.unpack(state), Told(submission.time, submission.source, submission.id)
        if type(report) in BY_REPORT:
            advanced = student.advance(child, report, told, self._provinces)
            return None if advanced is None else (advanced[0], packed.pack(advanced[1]))
        if isinstance(report, SameAs) or (isinstance(report, Voided) and merging.announced(child, report, told)):
            step = self._step_of_merge(child, report, told, submission.subject)
            event = uuid5_of_position(self.topic, partition, offset, 0)
            return None if step is None else (step, packed.pack(merging.evolve(child, step, told, event=event, provinces=self._provinces)))
        assert isinstance(report, Voided), "every report is decided by the table, or is one of these"  # noqa: S101  # for the type checker
        voided = voiding.decide(child, report, told, self._provinces)
        return None if voided is None else (voided, packed.pack(voiding.evolve(child, voided, told, self._provinces)))

    def _places_stated(self, report: Report, submission: Submission, state: bytes | None) -> tuple[SchoolPlacesStated, bytes] | None:
        if not isinstance(report, PlacesStated):
            if isinstance(report, Voided):
                raise NotVoidable("a statement of places is not taken back: state the right numbers, and the newest statement holds")
            raise Unreadable("the subject is a school, and the report is of a child or a county")
        if len(submission.subject) != _SCHOOL_KEY:
            raise Unreadable("the report is of a school, and the subject is none")
        told = Told(submission.time, submission.source, submission.id)
        ledger = packed_school.unpack(state)
        fact = school.decide(ledger, report, told, school=submission.subject, provinces=self._provinces)
        if fact is None:
            return None
        return fact, packed_school.pack(school.evolve(ledger, fact, at=told.at, source=told.source, id=told.id))

    def _step_of_merge(self, child: Student, report: SameAs | Voided, told: Told, subject: str) -> StudentSameAs | StudentMergeVoided | None:
        """Return the step that a report of a merge comes to, or None for a repeat. Raises ``Refusal``."""
        if isinstance(report, SameAs):
            return merging.announce(child, report, told, subject=subject, provinces=self._provinces)
        return merging.void(child, report, told)


def _stated(report: CountyReported, submission: Submission, state: bytes | None) -> tuple[CountyStated, bytes] | None:
    at, source, id_ = submission.time, submission.source, submission.id
    ledger = packed.unpack_ledger(state)
    stated = county.decide(ledger, report, at=at, source=source, id=id_)
    return None if stated is None else (stated, packed.pack_ledger(county.evolve(ledger, stated, at=at, source=source, id=id_)))


def _duplicate(report: Report, submission: Submission, state: bytes | None) -> bytes:
    """Return what the receipt of a duplicate shows: whether the child's standing is another by now than the report left."""
    if isinstance(report, CountyReported | PlacesStated | SameAs | Voided) or student.agrees(packed.unpack(state), report):
        return _shown(submission)
    return encode(Exceptional(submission.id, agrees=False))


def _shown(submission: Submission) -> bytes:
    return encode(Exceptional(submission.id))
