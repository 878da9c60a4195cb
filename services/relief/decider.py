"""From the bytes of a command and a packed state to an outcome: the whole of what relief's worker decides. Pure."""

from collections.abc import Set as AbstractSet
from datetime import date

from msgspec import Raw

from services.relief.domain import office_commands, packed, policy_commands
from services.relief.domain.grant import Pupil, evolve
from shared.clock import china_day
from shared.contracts.refusal import Refusal
from shared.contracts.registry import INPUT_LANGUAGES, RECORD_LANGUAGE
from shared.contracts.relief import FollowingCommand, ReliefFact
from shared.contracts.services import RELIEF
from shared.deciding.decider import Judged, read_command, refused, student_state_id
from shared.deciding.outcomes import Outcome
from shared.events.codec import encode, read_data
from shared.events.envelope import Event, caused
from shared.geography.county_codes import codes_of_office
from shared.log import topics

Asked = policy_commands.Following | office_commands.Asked


class ReliefDecider:
    """Relief's ``Decider``: children and their grants, each child by its own key."""

    service = RELIEF.name
    source = RELIEF.source
    topic = topics.RELIEF_COMMANDS

    def state_id(self, key: bytes | None) -> bytes:
        """Give a student's 16 bytes."""
        return student_state_id(key)

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide one command on the state it finds."""
        command, asked = read_command(INPUT_LANGUAGES[RELIEF.name], key, value)
        pupil, on = packed.unpack(state), china_day(command.time)
        try:
            fact = _decided(pupil, asked, on=on, cause=command.id)
        except Refusal as refusal:
            return refused(self, refusal, command, partition=partition, offset=offset)
        if fact is None:
            return Judged(Outcome.DUPLICATE)
        event = encode(caused(command, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        return Judged(Outcome.ACCEPTED, state=packed.pack(evolve(pupil, fact, on=on, cause=command.id)), fact=event)

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Give the state after a fact of relief's own, as ``judge`` left it when the fact was new."""
        data: ReliefFact = read_data(RECORD_LANGUAGE, fact.type, fact.data)
        return packed.pack(evolve(packed.unpack(state), data, on=china_day(fact.time), cause=fact.causationid))

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        """Give the list of county and state for each grant, in the order of terms, and that of the county's eligible children."""
        return frozenset() if state is None else packed.places_in_lists(state)


def _decided(pupil: Pupil, asked: Asked, *, on: date, cause: str) -> ReliefFact | None:
    if isinstance(asked, FollowingCommand):
        return policy_commands.follow(pupil, asked, on=on)
    answers_for = codes_of_office(asked.office) if asked.office is not None else ()
    return office_commands.judge(pupil, asked, on=on, cause=cause, answers_for=answers_for)
