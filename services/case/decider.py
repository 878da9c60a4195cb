"""From the bytes of a command and a packed state to an outcome: the whole of what case's worker decides. Pure."""

from collections.abc import Set as AbstractSet
from datetime import date

from msgspec import Raw

from services.case.domain import office_commands, packed, policy_commands
from services.case.domain.case import Case, evolve
from shared.clock import china_day
from shared.contracts.case import CaseFact, CloseAfterReturn, RecordAttempt
from shared.contracts.refusal import Refusal
from shared.contracts.registry import INPUT_LANGUAGES, RECORD_LANGUAGE
from shared.contracts.services import CASE
from shared.deciding.decider import Judged, read_command, refused, student_state_id
from shared.deciding.outcomes import Outcome
from shared.events.codec import encode, read_data
from shared.events.envelope import Event, caused
from shared.geography.county_codes import codes_of_office
from shared.log import topics

_NOWHERE: AbstractSet[tuple[str, bytes]] = frozenset()

Asked = policy_commands.Following | office_commands.Asked
_OF_OFFICES = (RecordAttempt, CloseAfterReturn)


class CaseDecider:
    """Case's ``Decider``: files, each by its student's key."""

    service = CASE.name
    source = CASE.source
    topic = topics.CASE_COMMANDS

    def state_id(self, key: bytes | None) -> bytes:
        """Give a student's 16 bytes."""
        return student_state_id(key)

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide one command on the state it finds."""
        command, asked = read_command(INPUT_LANGUAGES[CASE.name], key, value)
        case = packed.unpack(state)
        on = china_day(command.time)
        try:
            fact = _decided(case, asked, command, on)
        except Refusal as refusal:
            return refused(self, refusal, command, partition=partition, offset=offset)
        if fact is None:
            return Judged(Outcome.DUPLICATE)
        event = encode(caused(command, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        return Judged(Outcome.ACCEPTED, state=packed.pack(evolve(case, fact, on=on, cause=command.id)), fact=event)

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Give the state after a fact of case's own, as ``judge`` left it when the fact was new."""
        data: CaseFact = read_data(RECORD_LANGUAGE, fact.type, fact.data)
        return packed.pack(evolve(packed.unpack(state), data, on=china_day(fact.time), cause=fact.causationid))

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        """Give the list of the file's county and state, in the order of the due day."""
        return _NOWHERE if state is None else frozenset((packed.place_in_lists(state),))


def _decided(case: Case, asked: Asked, command: Event[Raw], on: date) -> CaseFact | None:
    if isinstance(asked, _OF_OFFICES):
        return office_commands.judge(case, asked, on=on, cause=command.id, answers_for=codes_of_office(asked.office))
    return policy_commands.follow(case, asked, on=on)
