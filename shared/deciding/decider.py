"""What a deciding service decides: the ``Decider`` that its worker calls, and what a decision comes to."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol

from msgspec import Raw

from shared.events.envelope import Event


class Judged(NamedTuple):
    """What became of one input: its outcome in one byte, and what to keep and to publish for it."""

    outcome: bytes
    state: bytes | None = None
    """The packed state it leaves; None where it changed nothing."""
    fact: bytes | None = None
    refusal: bytes | None = None
    exception: bytes | None = None
    """For a receipt: JSON of whatever a sender is shown of a report that was not simply accepted."""


class Decider(Protocol):
    """The business of one service, as its worker sees it. Pure: the same input and state give the same bytes."""

    service: str
    """Its name: the prefix of its keys."""
    source: str
    """The CloudEvents source of its facts."""
    topic: str
    """Its one input topic."""

    def state_id(self, key: bytes | None) -> bytes:
        """Give the 16 bytes by which the state of a record's key is kept. Raises ``Unreadable``."""

    def judge(self, key: bytes, value: bytes | None, state: bytes | None, *, partition: int, offset: int) -> Judged:
        """Decide one input. Raises ``Unreadable`` and ``UnknownType`` for what goes aside as dead."""

    def evolved(self, fact: Event[Raw], state: bytes | None) -> bytes:
        """Give the state after a fact of the service's own: states can always be built again from the record."""

    def listed(self, state: bytes | None) -> AbstractSet[tuple[str, bytes]]:
        """Give where a state stands: lists by name, each with the sort key of its entry there; empty where nothing is listed."""
