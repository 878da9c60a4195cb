"""The calls that a script of this folder makes, as MessagePack: one call for each key, and not for each state.

A call is the last part of its key's name, then its arguments. So the script cuts nothing out of texts, which took longer than what the calls do.
Redis's reader of MessagePack knows one kind of string only, the oldest, which the package msgpack writes and msgspec does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from zlib import crc32

import msgpack

from shared.deciding.states.tally import Tallied, counting

MOST = 1_000
"""Arguments of one call, an even number: Lua's stack holds about 8,000, and whoever chooses ids may choose all of one bucket."""
_SCORE = b"0"
"""Of all entries of a list: they are in the order of their bytes."""
_Entries = Iterable[tuple[str, bytes]]
"""Names of lists, each with an entry."""

_encode = partial(msgpack.packb, use_bin_type=False)


def bucket_of(state_id: bytes, buckets: int) -> int:
    """Return the bucket of a state."""
    return crc32(state_id) % buckets


class Question:
    """Asks for the states of ids. ``calls``: HMGET of each bucket."""

    def __init__(self, ids: Iterable[bytes], buckets: int) -> None:
        asked: defaultdict[int, list[bytes]] = defaultdict(list)
        for state_id in ids:
            asked[bucket_of(state_id, buckets)].append(state_id)
        self._asked = asked.values()
        self.calls: bytes = _encode(_calls(asked))

    def answered(self, answers: Iterable[Sequence[bytes | None]]) -> Mapping[bytes, bytes | None]:
        """Return the states, None for those that are not there, of what the calls answered."""
        states = (state for answer in answers for state in answer)
        return dict(zip((state_id for ids in self._asked for state_id in ids), states, strict=True))


def writing(changes: Iterable[tuple[bytes, bytes, _Entries, _Entries]], buckets: int, tallied: Tallied | None = None) -> bytes:
    """Return the calls that write states, each with its id, and the entries that leave lists and that enter them, by what is called.

    They are HSET of each bucket, ZADD of each list, ZREM of each list, and, of each kind of lists, SADD of the groups that have one now; then
    what changes in the counts of lists (``tally.py``).
    """
    states: defaultdict[int, list[bytes]] = defaultdict(list)
    left: defaultdict[str, list[bytes]] = defaultdict(list)
    entered: defaultdict[str, list[bytes]] = defaultdict(list)
    for state_id, state, leaves, enters in changes:
        states[bucket_of(state_id, buckets)] += (state_id, state)
        for name, entry in leaves:
            left[name].append(entry)
        for name, entry in enters:
            entered[name].append(entry)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in entered:
        group, _, kind = name.partition(":")
        groups[kind].append(group)
    scored = {name: [part for entry in entries for part in (_SCORE, entry)] for name, entries in entered.items()}
    packed: bytes = _encode((_calls(states), _calls(scored), _calls(left), _calls(groups), counting(tallied, entered, left)))
    return packed


def _calls(told: Mapping[int, Sequence[bytes]] | Mapping[str, Sequence[bytes | str]]) -> list[list[int | bytes | str]]:
    found: list[list[int | bytes | str]] = []
    for key, arguments in told.items():
        if len(arguments) <= MOST:
            found.append([key, *arguments])
        else:
            found += ([key, *arguments[first : first + MOST]] for first in range(0, len(arguments), MOST))
    return found
