"""What differs between two generations of states, piece by piece. Pure. Ids and numbers are told, and nothing of what a state holds."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import blake2b
from itertools import zip_longest

from shared.deciding.states.tally import LANE
from shared.rebuilding.rebuild import Difference

STATE, LIST, GROUP, COUNT, DAY = "state", "list", "group", "count", "day"
_ID = 16
_THERE = "there"


def states(partition: int, live: Mapping[bytes, bytes], other: Mapping[bytes, bytes | None], *, same_format: bool) -> Iterator[Difference]:
    """Yield the states that differ, each by its id, with a digest of both. Those of another format are compared by whether they are there."""
    for state_id, state in live.items():
        found = other.get(state_id)
        if found is None or (same_format and found != state):
            yield Difference(partition, STATE, state_id.hex(), digest(state), None if found is None else digest(found))


def missing_states(partition: int, other: Mapping[bytes, bytes], live: Mapping[bytes, bytes | None]) -> Iterator[Difference]:
    """Yield the states of the other generation that the live one does not have."""
    for state_id, state in other.items():
        if live.get(state_id) is None:
            yield Difference(partition, STATE, state_id.hex(), None, digest(state))


def entries(partition: int, name: str, live: AbstractSet[bytes], other: AbstractSet[bytes]) -> Iterator[Difference]:
    """Yield the entries that stand in a list of one generation only."""
    for entry in sorted(live ^ other):
        field = f"{name} {entry[:-_ID].hex()} {entry[-_ID:].hex()}"
        yield Difference(partition, LIST, field, *_either(entry in live))


def groups(partition: int, kind: str, live: AbstractSet[bytes], other: AbstractSet[bytes]) -> Iterator[Difference]:
    """Yield the groups that are named for a kind of lists in one generation only."""
    for group in sorted(live ^ other):
        yield Difference(partition, GROUP, f"{group.decode()}:{kind}", *_either(group in live))


def counts(partition: int, kind: str, live: bytes, other: bytes) -> Iterator[Difference]:
    """Yield the counts of a kind of lists that differ, each by the number of its group. Behind the last there is nothing, or noughts."""
    for number, (here, there) in enumerate(zip_longest(_lanes(live), _lanes(other), fillvalue=0)):
        if here != there:
            yield Difference(partition, COUNT, f"{kind} {number}", str(here), str(there))


def day(partition: int, live: bytes | None, other: bytes | None) -> Iterator[Difference]:
    """Yield the day by which lists are counted, where it is not the same."""
    if live != other:
        yield Difference(partition, DAY, "begun", _text(live), _text(other))


def digest(state: bytes) -> str:
    """Return what tells a state from another, and nothing of it."""
    return blake2b(state, digest_size=8).hexdigest()


def _either(in_live: bool) -> tuple[str | None, str | None]:
    return (_THERE, None) if in_live else (None, _THERE)


def _lanes(numbers: bytes) -> Sequence[int]:
    return [int.from_bytes(numbers[at : at + LANE]) for at in range(0, len(numbers), LANE)]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
