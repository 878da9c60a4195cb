"""What became of each line of a batch, in less than a byte a report beside what the worker keeps by input offset.

A page costs the same bounded work in a batch of any size: the bytes of ``where`` and of the outcomes, and what is shown.
"""

import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple, cast

import msgspec
import numpy as np
from msgspec import UNSET, Struct, UnsetType
from numpy.typing import NDArray

from shared.deciding.states.outcomes import INDEX, UNREADABLE, Exceptional, Outcome, Outcomes
from shared.redis.edge import Redis, script
from shared.redis.keys import Key

KEYS = (
    Key(
        "enrolment:receipt:<batch>",
        "hash",
        "`head`, how many reports there were and the first offset of each partition; `where`, a byte for each line, the partition that its report "
        "went to or a mark, deflated; `owner`, a digest of the caller that sent them; `refused:<block>`, the refused among a thousand lines, in "
        "full, deflated",
        "90 days, unless set otherwise",
    ),
)

MOST_PARTITIONS = 254
REFUSED, BLANK = 254, 255
"""Marks of lines that are in no partition."""

_BEGUN = 600
"""Seconds that a receipt is kept that was begun: longer than anything takes between that and its end."""
_BLOCK = 1_000
_BY_INDEX = tuple(Outcome)


class LineError(Struct, frozen=True):
    """One thing that is wrong with a line: the code, the field (None: the line is no JSON object) and the rule."""

    code: str
    field: str | None
    detail: str


class RefusedLine(Struct, frozen=True, omit_defaults=True):
    """A line that the api refused: its number from 1, its id where it is not malformed, and why.

    ``code``, ``field`` and ``detail`` are the first of its errors; ``errors`` are all of them, where it has several.
    """

    line: int
    id: str | None
    code: str
    field: str | None
    detail: str
    errors: tuple[LineError, ...] = ()


class ReceiptLine(Struct, frozen=True, omit_defaults=True):
    """A line of a receipt. Of one that is pending or accepted no id is kept. ``errors``: all of them, where the api found several.

    ``agrees`` is there, and false, of a duplicate whose content the child's standing no longer agreed with when it was judged.
    """

    line: int
    id: str | None
    outcome: Outcome
    code: str | UnsetType = UNSET
    field: str | UnsetType | None = UNSET
    detail: str | UnsetType = UNSET
    errors: tuple[LineError, ...] = ()
    agrees: bool | UnsetType = UNSET


class Receipt(Struct, frozen=True):
    """What became of a batch, and one page of its lines. ``next``: what ``after`` must be for the page that follows."""

    batch: str
    received: int
    refused: int
    pending: int
    accepted: int
    late: int
    duplicate: int
    lines: list[ReceiptLine]
    next: int | None


class _Head(Struct, frozen=True, array_like=True):
    received: int
    first: dict[int, int]


class _Lines(NamedTuple):
    """For each line, from 0: where it is, at which offset there, and the index of its outcome."""

    where: NDArray[np.uint8]
    offset: NDArray[np.int64]
    outcome: NDArray[np.uint8]


_encode = msgspec.msgpack.encode
_decode_head = msgspec.msgpack.Decoder(_Head).decode
_decode_refused = msgspec.msgpack.Decoder(list[RefusedLine]).decode


class ReceiptStore:
    """The receipts in one Redis. All methods raise ``REDIS_UNAVAILABLE``.

    ``keep``: seconds; ``page``: most lines of a page.
    """

    def __init__(self, redis: Redis, *, keep: int, page: int) -> None:
        self._redis, self._keep, self._page = redis, keep, page
        self._outcomes = Outcomes(redis, "enrolment")
        self._keep_fields = script(redis, __package__, "keep_receipt")

    async def begin(self, batch: str, *, owner: str) -> None:
        """Make sure that Redis can keep a batch, before anything of it is logged: begin its receipt, which soon expires if it is not ``put``."""
        await self._keep_fields(keys=[_key(batch)], args=[_BEGUN, "owner", _digest(owner)])

    async def put(self, batch: str, received: int, where: bytes, first: Mapping[int, int], refused: Sequence[RefusedLine], *, owner: str) -> None:
        """Keep a batch: a byte of ``where`` for each line, the ``first`` offset of each partition, ``refused`` by line, ascending.

        ``owner``: the caller that sent it.
        """
        fields: list[bytes | str] = ["head", _encode(_Head(received, dict(first))), "where", zlib.compress(where, 1), "owner", _digest(owner)]
        for block, lines in groupby(refused, lambda line: line.line // _BLOCK):
            fields += [f"refused:{block}", zlib.compress(_encode(list(lines)), 1)]
        await self._keep_fields(keys=[_key(batch)], args=[self._keep, *fields])

    async def get(self, batch: str, *, owner: str, after: int = 0, outcome: Outcome | None = None) -> Receipt | None:
        """Return the counts of a batch and the page of its lines after a number; None where its ``owner`` sent no such batch that is kept.

        The lines are those of one ``outcome``, or all that are neither accepted nor pending.
        """
        head_bytes, where_bytes, sent_by = await self._fields(batch, ["head", "where", "owner"])
        if head_bytes is None or where_bytes is None or sent_by != _digest(owner):
            return None
        head = _decode_head(head_bytes)
        lines = await self._lines(zlib.decompress(where_bytes), head.first)
        count = np.bincount(lines.outcome[lines.where != BLANK], minlength=len(INDEX)).tolist()
        chosen = lines.outcome > INDEX[Outcome.ACCEPTED] if outcome is None else lines.outcome == INDEX[outcome]
        numbers = np.flatnonzero(chosen & (lines.where != BLANK)) + 1
        numbers = numbers[numbers > after]
        page: list[int] = numbers[: self._page].tolist()
        return Receipt(
            batch,
            head.received,
            **{each.value: count[n] for each, n in INDEX.items()},
            lines=await self._shown(batch, page, lines),
            next=page[-1] if len(page) < len(numbers) else None,
        )

    async def _lines(self, where_bytes: bytes, first: Mapping[int, int]) -> _Lines:
        where = np.frombuffer(where_bytes, dtype=np.uint8)
        lines = _Lines(where, np.zeros(len(where), np.int64), np.full(len(where), INDEX[Outcome.PENDING], np.uint8))
        lines.outcome[where == REFUSED] = INDEX[Outcome.REFUSED]
        of_partition = {partition: np.flatnonzero(where == partition) for partition in first}
        found = await self._outcomes.between((p, first[p], len(of)) for p, of in of_partition.items())
        for (partition, of), outcomes in zip(of_partition.items(), found, strict=True):
            lines.offset[of] = first[partition] + np.arange(len(of))
            lines.outcome[of] = outcomes
        return lines

    async def _shown(self, batch: str, page: Sequence[int], lines: _Lines) -> list[ReceiptLine]:
        places = {n: (int(lines.where[n - 1]), int(lines.offset[n - 1])) for n in page}
        outcomes = {n: _BY_INDEX[lines.outcome[n - 1]] for n in page}
        refused = await self._refused(batch, [n for n in page if places[n][0] == REFUSED])
        exceptions = await self._outcomes.exceptions(
            place for n, place in places.items() if place[0] != REFUSED and INDEX[outcomes[n]] > INDEX[Outcome.ACCEPTED]
        )
        shown = []
        for n in page:
            if line := refused.get(n):
                shown.append(ReceiptLine(n, line.id, Outcome.REFUSED, line.code, line.field, line.detail, line.errors))
                continue
            seen = exceptions.get(places[n]) or (UNREADABLE if outcomes[n] is Outcome.REFUSED else Exceptional())
            shown.append(ReceiptLine(n, seen.id, outcomes[n], seen.code, seen.field, seen.detail, agrees=seen.agrees))
        return shown

    async def _refused(self, batch: str, numbers: Sequence[int]) -> dict[int, RefusedLine]:
        blocks = sorted({n // _BLOCK for n in numbers})
        if not blocks:
            return {}
        kept = await self._fields(batch, [f"refused:{block}" for block in blocks])
        wanted = set(numbers)
        return {line.line: line for block in kept if block for line in _decode_refused(zlib.decompress(block)) if line.line in wanted}

    async def _fields(self, batch: str, names: list[str]) -> list[bytes | None]:
        return cast("list[bytes | None]", await self._redis.hmget(_key(batch), names))


def _digest(owner: str) -> bytes:
    return sha256(owner.encode()).digest()


def _key(batch: str) -> str:
    return f"enrolment:receipt:{batch}"
