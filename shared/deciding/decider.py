"""What a deciding service decides: the ``Decider`` that its worker calls, and what one decision comes to."""

from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from msgspec import Raw, Struct

from shared.contracts.case_days import CLOCK
from shared.contracts.refusal import Refusal, Refused
from shared.contracts.registry import Language
from shared.contracts.services import ServiceSpec
from shared.contracts.suspicions import SUSPICION
from shared.deciding.states.outcomes import Exceptional, Outcome
from shared.deciding.states.tally import Tallied
from shared.deciding.storable import check_storable
from shared.events.codec import Unreadable, encode, read_data, read_event
from shared.events.envelope import Cause, Event, caused

_STUDENT_KEY = 32
_CLOCK, _SUSPICION = CLOCK.encode(), SUSPICION.encode()


class Judged(Struct, frozen=True, gc=False):
    """What became of one input: its outcome, and what is to be kept and published for it."""

    outcome: Outcome
    state: bytes | None = None
    """The packed state that the input leaves; None where it changed nothing."""
    fact: bytes | None = None
    refusal: bytes | None = None
    exception: bytes | None = None
    """For a receipt: JSON of whatever a sender is shown of a report that was not simply accepted."""


class Decider(Protocol):
    """The business of one service, as its worker sees it. Pure: the same input and state always lead to the same bytes."""

    service: str
    """The name of the service: the prefix of its keys in Redis."""
    source: str
    """The CloudEvents ``source`` of its facts."""
    topic: str
    """Its one input topic."""

    @property
    def tallied(self) -> Tallied | None:
        """Which of its lists are counted; None for none."""

    def state_id(self, key: bytes | None) -> bytes:
        """Return the 16 bytes by which the state of a record's key is kept. Raises ``Unreadable``."""

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide one input. Raises ``Unreadable`` and ``UnknownType`` for a record that becomes a dead letter."""

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Return the state after a fact of the service's own: states can always be rebuilt from the record."""

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        """Return where a state is listed: names of lists, each with the sort key of its entry there."""


def student_state_id(key: bytes | None) -> bytes:
    """Return the 16 bytes of a record's key that is a student id. Raises ``Unreadable`` for any other key."""
    if key is not None and key.startswith(_CLOCK):
        raise Unreadable("the key is that of a clock")
    if key is not None and key.startswith(_SUSPICION):
        raise Unreadable("the key is that of a suspicion")
    return hex_state_id(key)


def hex_state_id(key: bytes | None) -> bytes:
    """Return the 16 bytes of a record's key of 32 hex digits. Raises ``Unreadable`` for any other key."""
    if key is not None and len(key) == _STUDENT_KEY:
        try:
            return bytes.fromhex(key.decode("ascii"))
        except ValueError:
            pass
    raise Unreadable("the key is no student id")


def read_command(service: ServiceSpec, language: Language, key: bytes, value: bytes | None) -> tuple[Event[Raw], Any]:
    """Read a command that the log holds under a key: its attributes, and its data in the newest version.

    Raises ``Unreadable``, ``UnknownType``, ``NewerVersion``. A command is unreadable too under another key than its subject's, and from another
    source than may ask for it: the policies of the service, the office that it names, or the operator where it could name one and does not.
    """
    command = read_event(value)
    if command.subject.encode() != key or command.partitionkey != command.subject:
        raise Unreadable("the key of the record and of the partition is not the subject of the event")
    data = read_data(language, command.type, command.data)
    if not _may_ask(service, command.source, data):
        raise Unreadable("the source is not the one that may ask for this")
    check_storable(command, data)
    return command, data


def _may_ask(service: ServiceSpec, source: str, command: Any) -> bool:
    """Return whether a source may ask for this: policies for anything, an office in its own name, an operator where an office is left out."""
    office: str | None = getattr(command, "office", service.policy_source)
    return source in (service.policy_source, service.operator_source if office is None else office)


def refused(decider: Decider, refusal: Refusal, cause: Cause, *, partition: int, offset: int) -> Judged:
    """Return the judgement of an input that a rule refuses: the event for the topic ``refusals``, and the line for the receipt."""
    data = Refused(code=refusal.code, field=refusal.field, detail=refusal.detail)
    return Judged(
        Outcome.REFUSED,
        refusal=encode(caused(cause, data, source=decider.source, topic=decider.topic, partition=partition, offset=offset)),
        exception=encode(Exceptional(cause.id, refusal.code, refusal.field, refusal.detail)),
    )
