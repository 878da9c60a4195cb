"""From the bytes of a command and a packed state to an outcome: the whole of what case's worker decides. Pure."""

from collections.abc import Container
from collections.abc import Set as AbstractSet
from datetime import date

from msgspec import Raw

from services.case.domain import (
    clock,
    flag_commands,
    merged_files,
    office_commands,
    oversight,
    owner_commands,
    packed,
    packed_county,
    packed_school,
    packed_suspicion,
    place_commands,
    placing,
    plan_commands,
    policy_commands,
    referrals,
    school,
    suspicion,
    urgency,
)
from services.case.domain.case import Case, evolve
from services.case.domain.owner_lists import lists_of
from services.case.domain.plan import planned
from services.case.tallied import TALLIED
from shared.clock import china_day, micros_of
from shared.contracts.case import CaseFact
from shared.contracts.case_commands import (
    CloseAfterReturn,
    CloseForMerge,
    ConfirmClosing,
    CorroborateReturn,
    DeclineClosing,
    FollowingCommand,
    JoinCase,
    MoveCase,
    ObserveReturn,
    PartCase,
    PlanVisit,
    RecordAttempt,
    RestoreCase,
    TakeLawStep,
)
from shared.contracts.case_days import CLOCK, BeginDay, DayBegan, TellUrgency
from shared.contracts.case_owner_commands import Disown, GiveCase, HandOn, MarkUnowned, SendBack, TakeOverCase
from shared.contracts.case_referrals import NoteAnswer
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, DrawFile, DrawSample, RaiseFlag, RecordRecheck
from shared.contracts.flags import OversightFact
from shared.contracts.place_commands import SCHOOL_COMMANDS, AnswerPlace, FreePlace, HoldPlace
from shared.contracts.places import PlaceFact
from shared.contracts.refusal import Refusal
from shared.contracts.registry import INPUT_LANGUAGES, RECORD_LANGUAGE
from shared.contracts.services import CASE
from shared.contracts.suspicions import SUSPICION, SUSPICION_COMMANDS, NoteSuspicion, SettleSuspicion, SuspicionFact
from shared.deciding.decider import Judged, hex_state_id, read_command, refused, student_state_id
from shared.deciding.states.outcomes import Outcome
from shared.events.codec import Unreadable, encode, read_data
from shared.events.envelope import Event, caused
from shared.geography.county_codes import codes_of_office
from shared.identity.offices import counties_of_office
from shared.log import topics

_NOWHERE: AbstractSet[tuple[str, bytes]] = frozenset()
_CLOCK, _SUSPICION = CLOCK.encode(), SUSPICION.encode()

Command = (
    policy_commands.PolicyCommand
    | MoveCase
    | merged_files.MergeCommand
    | office_commands.OfficeCommand
    | plan_commands.PlanCommand
    | owner_commands.OwnerCommand
    | TellUrgency
    | flag_commands.FileFlagCommand
    | place_commands.PlaceCommand
    | NoteAnswer
)
_OF_OFFICES = (RecordAttempt, PlanVisit, TakeLawStep, CorroborateReturn, CloseAfterReturn, ConfirmClosing, DeclineClosing)
_OF_OWNERS = (TakeOverCase, SendBack, HandOn, Disown, MarkUnowned, GiveCase)
_OF_OVERSIGHT = (RaiseFlag, ClearFlag, ConfirmFlag, DrawFile, RecordRecheck)
_OF_COUNTIES = (RaiseFlag, ClearFlag, ConfirmFlag, DrawSample)
_OF_PLACES = (HoldPlace, FreePlace, AnswerPlace)
_COUNTY_KEY, _COUNTY, _PADDING = 6, b"county", bytes(4)
_SCHOOL_KEY, _SCHOOL = 10, b"school"
_OF_SUSPICIONS = (NoteSuspicion, SettleSuspicion, TellUrgency)
_OF_MERGES = (CloseForMerge, JoinCase, PartCase, RestoreCase)


class CaseDecider:
    """Case's ``Decider``: files, each by its student's key, what is kept of counties and of schools, each by its code, and suspicions."""

    service = CASE.name
    source = CASE.source
    topic = topics.CASE_COMMANDS
    tallied = TALLIED

    def state_id(self, key: bytes | None) -> bytes:
        """Return the 16 bytes of a student id, of a clock, of a suspicion, those that a county's six digits are padded to, or a school's ten have."""
        if key is not None and key.startswith((_CLOCK, _SUSPICION)):
            return hex_state_id(key)
        if key is not None and len(key) == _COUNTY_KEY and key.isdigit():
            return _COUNTY + key + _PADDING
        if key is not None and len(key) == _SCHOOL_KEY and key.isdigit():
            return _SCHOOL + key
        id_ = student_state_id(key)
        if (id_.startswith(_COUNTY) and id_.endswith(_PADDING)) or (id_.startswith(_SCHOOL) and id_[len(_SCHOOL) :].isdigit()):
            raise Unreadable("the key is the id of no student: a county's or a school's is made so")
        return id_

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide one command on the state that it finds."""
        event, command = read_command(CASE, INPUT_LANGUAGES[CASE.name], key, value)
        if (type(command) is BeginDay) != key.startswith(_CLOCK):
            raise Unreadable("a day begins at a clock, and nothing else happens there")
        if type(command) is BeginDay:
            return self._begun(event, command, state, partition=partition, offset=offset)
        if len(key) == _COUNTY_KEY:
            if not isinstance(command, _OF_COUNTIES):
                raise Unreadable("the subject is a county, and the command is of a child")
            return self._judge_county(event, command, state, partition=partition, offset=offset)
        if len(key) == _SCHOOL_KEY:
            if not isinstance(command, SCHOOL_COMMANDS):
                raise Unreadable("the subject is a school, and the command is of a child or a county")
            return self._judge_school(event, command, state, partition=partition, offset=offset)
        if key.startswith(_SUSPICION):
            if not isinstance(command, _OF_SUSPICIONS):
                raise Unreadable("the subject is a suspicion, and the command is of something else")
            return self._judge_suspicion(event, command, state, partition=partition, offset=offset)
        if isinstance(command, SUSPICION_COMMANDS):
            raise Unreadable("the subject is a child, and the command is of a suspicion")
        if isinstance(command, SCHOOL_COMMANDS):
            raise Unreadable("the subject is a child, and the command is of a school")
        if isinstance(command, DrawSample):
            raise Unreadable("the subject is a child, and the command is of a county")
        case = packed.unpack(state)
        on = china_day(event.time)
        try:
            fact = urgency.kept(case.standing, _decided(case, command, on=on, cause=event.id))
            fact = placing.kept(case.standing, fact, school=command.school if isinstance(command, ObserveReturn) else None)
        except Refusal as refusal:
            return refused(self, refusal, event, partition=partition, offset=offset)
        if fact is None:
            return Judged(Outcome.DUPLICATE)
        value = encode(caused(event, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        return Judged(Outcome.ACCEPTED, state=packed.pack(evolve(case, fact, on=on, cause=event.id)), fact=value)

    def _begun(self, event: Event[Raw], command: BeginDay, state: bytes | None, *, partition: int, offset: int) -> Judged:
        if (fact := clock.begin(clock.day_of_clock(state), command)) is None:
            return Judged(Outcome.DUPLICATE)
        value = encode(caused(event, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        return Judged(Outcome.ACCEPTED, state=clock.pack_clock(fact.day), fact=value)

    def _judge_county(self, event: Event[Raw], command: oversight.CountyCommand, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide a command about a county."""
        known, on = packed_county.unpack(state), china_day(event.time)
        try:
            answers_for = _counties_of(command.office, on)
            fact = oversight.decide(event.subject, known, command, on=on, cause=event.id, answers_for=answers_for)
        except Refusal as refusal:
            return refused(self, refusal, event, partition=partition, offset=offset)
        if fact is None:
            return Judged(Outcome.DUPLICATE)
        after = oversight.evolve(event.subject, known, fact, on=on, cause=event.id)
        value = encode(caused(event, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        return Judged(Outcome.ACCEPTED, state=packed_county.pack(event.subject, after), fact=value)

    def _judge_school(self, event: Event[Raw], command: school.Command, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide a command about the places of a school. None of them is refused: whoever asked hears from a fact what became of it."""
        known = packed_school.unpack(state)
        if (fact := school.decide(known, command)) is None:
            return Judged(Outcome.DUPLICATE)
        after = school.evolve(known, fact, at=micros_of(event.time))
        value = encode(caused(event, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        return Judged(Outcome.ACCEPTED, state=packed_school.pack(event.subject, after), fact=value)

    def _judge_suspicion(self, event: Event[Raw], command: suspicion.Command, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide a command about the suspicion of a child. None of them is refused: nobody but policies and days asks."""
        known = packed_suspicion.unpack(state)
        if (fact := suspicion.decide(known, command, on=china_day(event.time))) is None:
            return Judged(Outcome.DUPLICATE)
        value = encode(caused(event, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        return Judged(Outcome.ACCEPTED, state=packed_suspicion.pack(suspicion.evolve(known, fact)), fact=value)

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Return the state after a fact of case's own, as ``judge`` left it when the fact was new.

        No file is overwritten by what somebody else wrote under a child's key about a day or a suspicion.
        """
        data: CaseFact | DayBegan | OversightFact | PlaceFact | SuspicionFact = read_data(RECORD_LANGUAGE, fact.type, fact.data)
        if isinstance(data, DayBegan):
            return clock.pack_clock(data.day) if state is None or len(state) == packed.CLOCK_SIZE else state
        if isinstance(data, OversightFact):
            county = oversight.evolve(fact.subject, packed_county.unpack(state), data, on=china_day(fact.time), cause=fact.causationid)
            return packed_county.pack(fact.subject, county)
        if isinstance(data, PlaceFact):
            return packed_school.pack(fact.subject, school.evolve(packed_school.unpack(state), data, at=micros_of(fact.time)))
        if isinstance(data, SuspicionFact):
            known = packed_suspicion.unpack(state)
            return packed_suspicion.pack(suspicion.evolve(known, data)) if state is None or packed_suspicion.is_suspicion(state) else state
        return packed.pack(evolve(packed.unpack(state), data, on=china_day(fact.time), cause=fact.causationid))

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        """Return the lists of a state. A clock has one of its own, a county one while a flag of it is open, a school that of its county,
        and a suspicion one until its term has passed.

        Those of a file are of its county and state, of what was and will be told of its due day, of who answers, of flags, draws and places.
        """
        if state is None:
            return _NOWHERE
        if len(state) == packed.CLOCK_SIZE:
            return frozenset((clock.place_in_lists(state),))
        if packed_county.is_county(state):
            flagged = packed_county.place_in_lists(state)
            return _NOWHERE if flagged is None else frozenset((flagged,))
        if packed_school.is_school(state):
            stated = packed_school.place_in_lists(state)
            return _NOWHERE if stated is None else frozenset((stated,))
        if packed_suspicion.is_suspicion(state):
            watched = packed_suspicion.place_in_lists(state)
            return _NOWHERE if watched is None else frozenset((watched,))
        places = packed.places_in_lists(state)
        owner, beside = packed.owner_of(state), (*packed.places_of_oversight(state), *packed.place_of_missing(state))
        return frozenset((*places, *beside)) if owner is None else frozenset((*places, *beside, *lists_of(owner, places)))


def _counties_of(office: str, on: date) -> Container[str]:
    """Return the codes of the counties that an office answers for: a county's those that became part of it, one above those below it that day."""
    return codes_of_office(office) or counties_of_office(office, on)


def _decided(case: Case, command: Command, *, on: date, cause: str) -> CaseFact | None:
    if isinstance(command, FollowingCommand):  # first: most commands are of policies
        if isinstance(command, _OF_MERGES):
            return planned(case.plan, case.history, merged_files.decide(case, command, on=on), on=on)
        if isinstance(command, MoveCase):
            return owner_commands.move(case, command, on=on, same_office=codes_of_office(f"/counties/{command.county}"))
        return planned(case.plan, case.history, policy_commands.decide(case, command, on=on), on=on)
    if isinstance(command, TellUrgency):
        return urgency.tell(case.standing, command)
    if isinstance(command, _OF_OFFICES):
        return office_commands.decide(case, command, on=on, cause=cause, answers_for=_counties_of(command.office, on))
    if isinstance(command, _OF_OWNERS):
        office = "" if isinstance(command, MarkUnowned) else command.office
        return owner_commands.decide(case, command, on=on, cause=cause, answers_for=_counties_of(office, on))
    if isinstance(command, _OF_PLACES):
        return place_commands.decide(case, command, on=on, cause=cause, answers_for=_counties_of(getattr(command, "office", ""), on))
    if isinstance(command, _OF_OVERSIGHT):
        return flag_commands.decide(case, command, on=on, cause=cause, answers_for=_counties_of(command.office, on))
    if isinstance(command, NoteAnswer):
        return referrals.decide(case.standing, case.referral, command)
    return plan_commands.decide(case, command, on=on, cause=cause, answers_for=codes_of_office(command.office))
