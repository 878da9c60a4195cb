"""From the bytes of a command and a packed state to an outcome: the whole of what relief's worker decides. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Raw

from services.relief.domain import following, offices, packed
from services.relief.domain.grant import evolve, position_of
from services.relief.domain.refusals import Refusal
from services.relief.domain.terms import number_of
from shared import topics
from shared.clock import china_day
from shared.codec import Unreadable, encode, read_data, read_event
from shared.contracts.refusal import Refused
from shared.contracts.registry import RECORD_LANGUAGE, RELIEF_COMMAND_LANGUAGE
from shared.contracts.relief import FollowingCommand, ReliefFact
from shared.deciding import Judged
from shared.envelope import Event, caused
from shared.outcomes import Exceptional

SERVICE = "relief"
SOURCE = "/relief"

ELIGIBLE = "eligible"
"""The kind of the lists of children whom a new term would bring aid; their groups are counties."""

_KEY = 32
_NOWHERE: Mapping[str, bytes] = MappingProxyType({})


class ReliefDecider:
    """Relief's ``Decider``: children and their grants, each child by its own key."""

    service = SERVICE
    source = SOURCE
    topic = topics.RELIEF_COMMANDS

    def state_id(self, key: bytes | None) -> bytes:
        """Give a student's 16 bytes."""
        if key is not None and len(key) == _KEY:
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
        asked = read_data(RELIEF_COMMAND_LANGUAGE, command.type, command.data)
        pupil, on = packed.unpack(state), china_day(command.time)
        try:
            if isinstance(asked, FollowingCommand):
                _check_standing(asked)
                fact = following.follow(pupil, asked, on=on)  # type: ignore[arg-type]  # the language has no others
            else:
                fact = offices.judge(pupil, asked, on=on, cause=command.id)
        except Refusal as refused:
            return _refused(refused, command, partition, offset)
        if fact is None:
            return Judged(b"d", exception=encode(Exceptional(command.id)))
        event = encode(caused(command, fact, source=SOURCE, topic=self.topic, partition=partition, offset=offset))
        return Judged(b"a", state=packed.pack(evolve(pupil, fact, on=on, cause=command.id)), fact=event)

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Give the state after a fact of relief's own, as ``judge`` left it when the fact was new."""
        data: ReliefFact = read_data(RECORD_LANGUAGE, fact.type, fact.data)
        return packed.pack(evolve(packed.unpack(state), data, on=china_day(fact.time), cause=fact.causationid))

    def listed(self, state: bytes | None) -> Mapping[str, bytes]:
        """Give the list of each grant of the child, and that of the eligible children of its county if it is one."""
        if state is None:
            return _NOWHERE
        pupil = packed.unpack(state)
        lists = {f"{group_of(each.grant.county, number_of(each.grant.term))}:{each.grant.state}": b"" for each in pupil.grants}
        if pupil.eligible is not None:
            lists[f"{pupil.eligible.county}:{ELIGIBLE}"] = b""
        return lists


def group_of(county: str, term: int) -> str:
    """Give the group of lists that the grants of a county and term stand in, one list a state; groups sort by county, then term."""
    return f"{county}-{term:04d}"


def _check_standing(asked: FollowingCommand) -> None:
    """What is stored as a number must be one; the language, made for speed, only looks at lengths."""
    try:
        position_of(asked.fact)
        int(asked.county)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def _refused(refused: Refusal, command: Event[Raw], partition: int, offset: int) -> Judged:
    data = Refused(code=refused.code, field=refused.field, detail=refused.detail)
    return Judged(
        b"r",
        refusal=encode(caused(command, data, source=SOURCE, topic=topics.RELIEF_COMMANDS, partition=partition, offset=offset)),
        exception=encode(Exceptional(command.id, refused.code, refused.field, refused.detail)),
    )
