"""From the bytes of a command and a packed state to an outcome: the whole of what relief's worker decides. Pure."""

from collections.abc import Set as AbstractSet
from datetime import date

from msgspec import Raw

from services.relief.domain import office_commands, packed, policy_commands
from services.relief.domain.grant import Pupil, evolve
from shared.clock import china_day
from shared.contracts.refusal import Refusal, Refused
from shared.contracts.registry import RECORD_LANGUAGE, RELIEF_COMMAND_LANGUAGE
from shared.contracts.relief import FollowingCommand, ReliefFact
from shared.contracts.sequence import position_of
from shared.deciding.decider import Judged
from shared.deciding.outcomes import Exceptional
from shared.events.codec import Unreadable, encode, read_data, read_event
from shared.events.envelope import Event, caused
from shared.geography.county_codes import codes_of_office
from shared.log import topics

SERVICE = "relief"
SOURCE = "/relief"

_STUDENT_KEY = 32

Asked = policy_commands.Following | office_commands.Asked


class ReliefDecider:
    """Relief's ``Decider``: children and their grants, each child by its own key."""

    service = SERVICE
    source = SOURCE
    topic = topics.RELIEF_COMMANDS

    def state_id(self, key: bytes | None) -> bytes:
        """Give a student's 16 bytes."""
        if key is not None and len(key) == _STUDENT_KEY:
            try:
                return bytes.fromhex(key.decode("ascii"))
            except ValueError:
                pass
        raise Unreadable("the key is no student id")

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide one command on the state it finds."""
        command = read_event(value)
        if command.subject.encode() != key:
            raise Unreadable("the record's key is not the subject of its event")
        if not 1 < command.time.year < 9999:
            raise Unreadable("time: a year that may have no day in China")
        asked: Asked = read_data(RELIEF_COMMAND_LANGUAGE, command.type, command.data)
        pupil, on = packed.unpack(state), china_day(command.time)
        try:
            fact = _decided(pupil, asked, on=on, cause=command.id)
        except Refusal as refused:
            return _refused(refused, command, partition, offset)
        if fact is None:
            return Judged(b"d")
        event = encode(caused(command, fact, source=SOURCE, topic=self.topic, partition=partition, offset=offset))
        return Judged(b"a", state=packed.pack(evolve(pupil, fact, on=on, cause=command.id)), fact=event)

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Give the state after a fact of relief's own, as ``judge`` left it when the fact was new."""
        data: ReliefFact = read_data(RECORD_LANGUAGE, fact.type, fact.data)
        return packed.pack(evolve(packed.unpack(state), data, on=china_day(fact.time), cause=fact.causationid))

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        """Give the list of county and state for each grant, in the order of terms, and that of the county's eligible children."""
        return frozenset() if state is None else packed.places_in_lists(state)


def _decided(pupil: Pupil, asked: Asked, *, on: date, cause: str) -> ReliefFact | None:
    if isinstance(asked, FollowingCommand):
        _check_numbers(asked)
        return policy_commands.follow(pupil, asked, on=on)
    answers_for = codes_of_office(asked.office) if asked.office is not None else ()
    return office_commands.judge(pupil, asked, on=on, cause=cause, answers_for=answers_for)


def _check_numbers(asked: FollowingCommand) -> None:
    """What is stored as a number must be one; the language, made for speed, only looks at lengths."""
    try:
        position_of(asked.fact)
    except ValueError as error:
        raise Unreadable(f"data.fact: {error}") from error
    if not (asked.county.isascii() and asked.county.isdigit()):
        raise Unreadable("data.county: not six digits")


def _refused(refused: Refusal, command: Event[Raw], partition: int, offset: int) -> Judged:
    data = Refused(code=refused.code, field=refused.field, detail=refused.detail)
    return Judged(
        b"r",
        refusal=encode(caused(command, data, source=SOURCE, topic=topics.RELIEF_COMMANDS, partition=partition, offset=offset)),
        exception=encode(Exceptional(command.id, refused.code, refused.field, refused.detail)),
    )
