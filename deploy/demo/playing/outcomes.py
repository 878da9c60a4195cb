"""Asks enrolment in the background what became of each batch, and adds it up."""

import asyncio
from collections import deque

import aiohttp
import stamina
from msgspec import Struct, json

from deploy.demo.history.weaknesses import Tally
from deploy.demo.playing.insisting import UNREACHABLE

_AGAIN = 0.5
"""Seconds until a batch with pending lines is asked for again."""


class _Line(Struct):
    code: str


class _Receipt(Struct):
    pending: int
    accepted: int
    late: int
    duplicate: int
    lines: list[_Line]
    next: int | None


_read = json.Decoder(_Receipt).decode


class Outcomes:
    """What the receipts say so far. ``lost``: batches that were acknowledged and have no receipt."""

    def __init__(self, client: aiohttp.ClientSession, enrolment_url: str, *, patience: float) -> None:
        """``patience``: seconds for which a receipt is asked for while enrolment is unavailable."""
        self._client, self._url = client, f"{enrolment_url}/v1/receipts"
        self._unsettled: deque[tuple[str, int]] = deque()
        self._retrying = stamina.AsyncRetryingCaller(attempts=None, timeout=patience, wait_max=5.0).on(UNREACHABLE)
        self.tally = Tally()
        self.pending = 0
        """Lines of the batches that are not settled."""
        self.lost: list[str] = []

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The batches of which some lines are pending, or not asked for yet; oldest first."""
        return tuple(batch for batch, _ in self._unsettled)

    def expect(self, batch: str, lines: int) -> None:
        """Ask for this batch of so many lines after those before it."""
        self._unsettled.append((batch, lines))
        self.pending += lines

    async def collect(self) -> None:
        """Go on asking, until cancelled. Raises one of ``UNREACHABLE`` where enrolment is unavailable for too long."""
        while True:
            if self._unsettled and await self._settle(self._unsettled[0][0]):
                self.pending -= self._unsettled.popleft()[1]
            else:
                await asyncio.sleep(_AGAIN)

    async def _settle(self, batch: str) -> bool:
        receipt = await self._retrying(self._get, batch, 0)
        if receipt is None:
            self.lost.append(batch)
            return True
        if receipt.pending:
            return False
        page: _Receipt | None = receipt
        while page is not None:
            self.tally.refused.update(line.code for line in page.lines)
            page = await self._retrying(self._get, batch, page.next) if page.next is not None else None
        self.tally.accepted += receipt.accepted
        self.tally.late += receipt.late
        self.tally.duplicate += receipt.duplicate
        return True

    async def _get(self, batch: str, after: int) -> _Receipt | None:
        async with self._client.get(f"{self._url}/{batch}", params={"outcome": "refused", "after": after}) as answer:
            if answer.status == 404:
                return None
            answer.raise_for_status()
            return _read(await answer.read())
