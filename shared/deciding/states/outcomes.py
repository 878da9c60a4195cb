"""The outcomes of inputs by their offset: the state store of a deciding worker writes them, and apis read them here for senders.

Keys, per partition: ``{<service>:p<n>}:outcomes:<chunk>``, a byte for each offset, 65,536 to a chunk, and
``...:exceptions:<chunk>``, offset -> JSON for what was not simply accepted. Raises ``REDIS_UNAVAILABLE``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec
import numpy as np
from msgspec import UNSET, Struct, UnsetType
from numpy.typing import NDArray

from shared.redis.edge import Redis
from shared.redis.keys import key_beside

_CHUNK = 65_536


class Outcome(StrEnum):
    """What became of an input: a report or a command. The order is that of ``INDEX``."""

    PENDING = "pending"
    """The worker has not decided it yet."""
    ACCEPTED = "accepted"
    """It made a fact."""
    LATE = "late"
    """It made a fact, but later facts had overtaken it: it changes the past as it is known now, and not today's count."""
    DUPLICATE = "duplicate"
    """It made no fact: it would change nothing, or was reported before."""
    REFUSED = "refused"
    """It broke a rule, and made no fact. Sent again, it is judged again."""


INDEX = {outcome: n for n, outcome in enumerate(Outcome)}

LETTERS: Mapping[Outcome, bytes] = {Outcome.ACCEPTED: b"a", Outcome.LATE: b"l", Outcome.DUPLICATE: b"d", Outcome.REFUSED: b"r"}
"""The byte that Redis keeps of an outcome. What the worker has not written yet is pending."""
DEAD_LETTER = b"x"
"""The byte that Redis keeps of an input that became a dead letter: its sender is shown a refusal."""

_INDEX_OF_BYTE = np.zeros(256, dtype=np.uint8)
for _outcome, _letter in (*LETTERS.items(), (Outcome.REFUSED, DEAD_LETTER)):
    _INDEX_OF_BYTE[_letter[0]] = INDEX[_outcome]


class Exceptional(Struct, frozen=True):
    """What is stored of an input that was not simply accepted. The code, the field and the detail are those of a refusal.

    ``agrees`` is there, and false, of a duplicate that the standing is at odds with by now.
    """

    id: str | None = None
    code: str | UnsetType = UNSET
    field: str | UnsetType | None = UNSET
    detail: str | UnsetType = UNSET
    agrees: bool | UnsetType = UNSET


UNREADABLE = Exceptional(code="malformed", field=None, detail="what the log holds of this line cannot be read; send it again")
"""Nothing is stored of an input that became a dead letter."""

read_exceptional = msgspec.json.Decoder(Exceptional).decode
"""Decode the JSON that is stored of an input."""

_BY_INDEX = tuple(Outcome)


class Outcomes:
    """The outcomes of the inputs of a service, whichever generation of states they were decided on."""

    def __init__(self, redis: Redis, service: str) -> None:
        self._redis, self._service = redis, service

    async def between(self, ranges: Iterable[tuple[int, int, int]]) -> list[NDArray[np.uint8]]:
        """Return the indexes of the outcomes of each range (partition, first offset, length), in one round trip. It costs a byte an input."""
        ranges = list(ranges)
        async with self._redis.pipeline(transaction=False) as commands:
            for partition, first, length in ranges:
                for chunk in range(first // _CHUNK, (first + length - 1) // _CHUNK + 1):
                    begin, end = first - chunk * _CHUNK, first + length - chunk * _CHUNK
                    # From below nought Redis would count from the end; beyond a chunk's end there is nothing.
                    commands.getrange(self._key(partition, "outcomes", chunk), max(begin, 0), end - 1)
            answers = iter(await commands.execute())
        found = []
        for _, first, length in ranges:
            letters = b""
            for chunk in range(first // _CHUNK, (first + length - 1) // _CHUNK + 1):
                wanted = min(first + length, (chunk + 1) * _CHUNK) - first
                letters = (letters + next(answers)).ljust(wanted, b"\0")
            found.append(_INDEX_OF_BYTE[np.frombuffer(letters, dtype=np.uint8)])
        return found

    async def of(self, partition: int, offset: int) -> Outcome:
        """Return the outcome of one input."""
        [found] = await self.between([(partition, offset, 1)])
        return _BY_INDEX[int(found[0])]

    async def exceptions(self, places: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Exceptional]:
        """Return what is stored of inputs by their position (partition, offset), in one round trip."""
        by_key: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for partition, offset in places:
            by_key[self._key(partition, "exceptions", offset // _CHUNK)].append((partition, offset))
        if not by_key:
            return {}
        async with self._redis.pipeline(transaction=False) as commands:
            for key, wanted in by_key.items():
                commands.hmget(key, [str(offset) for _, offset in wanted])
            answers = await commands.execute()
        return {
            place: read_exceptional(text)
            for wanted, texts in zip(by_key.values(), answers, strict=True)
            for place, text in zip(wanted, texts, strict=True)
            if text is not None
        }

    def _key(self, partition: int, what: str, chunk: int) -> str:
        return key_beside(self._service, partition, f"{what}:{chunk}")
