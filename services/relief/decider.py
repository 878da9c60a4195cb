"""From the bytes of a command and a packed state to an outcome: the whole of what relief's worker decides. Pure."""

from collections.abc import Set as AbstractSet
from datetime import date

from msgspec import Raw

from services.relief.domain import merged_aid, office_commands, packed, policy_commands, referrals
from services.relief.domain.grant import Pupil, evolve
from shared.clock import china_day
from shared.contracts.refusal import Refusal
from shared.contracts.registry import INPUT_LANGUAGES, RECORD_LANGUAGE
from shared.contracts.relief import FollowingCommand, MergeAidCommand, ReliefFact
from shared.contracts.relief_referrals import AnswerReferral
from shared.contracts.services import RELIEF
from shared.deciding.decider import Judged, read_command, refused, student_state_id
from shared.deciding.states.outcomes import Outcome
from shared.events.codec import encode, read_data
from shared.events.envelope import Event, caused
from shared.geography.county_codes import codes_of_office
from shared.log import topics

Command = policy_commands.PolicyCommand | merged_aid.MergeCommand | office_commands.OfficeCommand | AnswerReferral


class ReliefDecider:
    """Relief's ``Decider``: children and their grants, each child by its own key."""

    service = RELIEF.name
    source = RELIEF.source
    topic = topics.RELIEF_COMMANDS
    tallied = None

    def state_id(self, key: bytes | None) -> bytes:
        """Return the 16 bytes of a student id."""
        return student_state_id(key)

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide one command on the state that it finds."""
        event, command = read_command(RELIEF, INPUT_LANGUAGES[RELIEF.name], key, value)
        pupil, on = packed.unpack(state), china_day(event.time)
        try:
            fact = _decided(pupil, command, on=on, cause=event.id)
        except Refusal as refusal:
            return refused(self, refusal, event, partition=partition, offset=offset)
        if fact is None:
            return Judged(Outcome.DUPLICATE)
        value = encode(caused(event, fact, source=self.source, topic=self.topic, partition=partition, offset=offset))
        return Judged(Outcome.ACCEPTED, state=packed.pack(evolve(pupil, fact, on=on, cause=event.id)), fact=value)

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Return the state after a fact of relief's own, as ``judge`` left it when the fact was new."""
        data: ReliefFact = read_data(RECORD_LANGUAGE, fact.type, fact.data)
        return packed.pack(evolve(packed.unpack(state), data, on=china_day(fact.time), cause=fact.causationid))

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        """Return the list of county and state of each grant, in which the term is the sort key, and that of the county's eligible children."""
        return frozenset() if state is None else packed.places_in_lists(state)


def _decided(pupil: Pupil, command: Command, *, on: date, cause: str) -> ReliefFact | None:
    if isinstance(command, FollowingCommand):
        return policy_commands.decide(pupil, command, on=on)
    if isinstance(command, MergeAidCommand):
        return merged_aid.decide(pupil, command, on=on)
    if isinstance(command, AnswerReferral):
        return referrals.decide(pupil, command, on=on)
    answers_for = codes_of_office(command.office) if command.office is not None else ()
    return office_commands.decide(pupil, command, on=on, cause=cause, answers_for=answers_for)
