"""What a rebuild must be able to do, whatever it is that is built again."""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple, Protocol

Read = Callable[[int], object]
"""Called with the number of offsets that were passed since the last call."""


class CannotRebuild(Exception):
    """The other generation cannot be filled or shown. The message says why, and what mends it."""


class Difference(NamedTuple):
    """What is not the same in both generations: in which partition, of what, which, and what each has; None for nothing."""

    partition: int
    what: str
    field: str
    shown: str | None
    rebuilt: str | None


class Standing(NamedTuple):
    """How far the two generations are, in offsets of all partitions."""

    live: int
    rebuilt: int


class Rebuild(Protocol):
    """A generation that is filled beside the live one. Its methods raise what ``UNAVAILABLE`` names."""

    live: str
    generation: str
    compared: str
    """What is compared, as a noun in the singular."""
    of_before: str
    """What is wrong with what is live where a rebuild ``is_needed``: a sentence."""

    async def stop(self) -> None:
        """Close what was opened."""

    async def is_needed(self) -> bool:
        """Return whether what is live comes from another version than this code's."""

    async def standing(self) -> Standing:
        """Return how far the two generations are now."""

    async def fill(self, read: Read) -> None:
        """Fill every partition up to where the live one stands now. Raises ``CannotRebuild``."""

    def differences(self) -> AsyncIterator[Difference]:
        """Bring every partition to the offset of the live one, and yield what differs there. Raises ``CannotRebuild``."""

    async def show(self) -> None:
        """Make this generation the live one. Raises ``CannotRebuild`` where another than the one that was compared is live by now."""
