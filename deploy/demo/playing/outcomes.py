"""Reads the receipt of each batch in the background, and adds the outcomes up."""

import asyncio
from collections import deque

import aiohttp
import stamina
from msgspec import Struct, json

from deploy.demo.history.anomalies import Tally
from deploy.demo.playing.credentials import Credentials
from deploy.demo.playing.retrying import UNREACHABLE

_AGAIN = 0.5
"""Seconds until the receipt of a batch with pending lines is read again."""


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
    """The outcomes in the receipts so far. ``lost``: batches that were acknowledged and have no receipt."""

    def __init__(self, client: aiohttp.ClientSession, enrolment_url: str, *, patience: float) -> None:
        """``patience``: seconds for which the request for a receipt is repeated while enrolment is unavailable."""
        self._client, self._url = client, f"{enrolment_url}/v1/receipts"
        self._unsettled: deque[tuple[str, int, Credentials]] = deque()
        self._retrying = stamina.AsyncRetryingCaller(attempts=None, timeout=patience, wait_max=5.0).on(UNREACHABLE)
        self.tally = Tally()
        self.pending = 0
        """The number of lines in unsettled batches."""
        self.lost: list[str] = []

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The batches with pending lines, and those whose receipt was not read yet; oldest first."""
        return tuple(batch for batch, _, _ in self._unsettled)

    def expect(self, batch: str, lines: int, sender: Credentials) -> None:
        """Add a batch of so many lines to those whose receipts are read; only its sender may read it."""
        self._unsettled.append((batch, lines, sender))
        self.pending += lines

    async def collect(self) -> None:
        """Read receipts until cancelled. Raises one of ``UNREACHABLE`` where enrolment is unavailable for too long."""
        while True:
            if self._unsettled and await self._settle(self._unsettled[0][0], self._unsettled[0][2]):
                self.pending -= self._unsettled.popleft()[1]
            else:
                await asyncio.sleep(_AGAIN)

    async def _settle(self, batch: str, sender: Credentials) -> bool:
        receipt = await self._retrying(self._get, batch, sender, 0)
        if receipt is None:
            self.lost.append(batch)
            return True
        if receipt.pending:
            return False
        page: _Receipt | None = receipt
        while page is not None:
            self.tally.refused.update(line.code for line in page.lines)
            page = await self._retrying(self._get, batch, sender, page.next) if page.next is not None else None
        self.tally.accepted += receipt.accepted
        self.tally.late += receipt.late
        self.tally.duplicate += receipt.duplicate
        return True

    async def _get(self, batch: str, sender: Credentials, after: int) -> _Receipt | None:
        asked = (("outcome", "refused"), ("after", after))
        async with self._client.get(f"{self._url}/{batch}", params=asked, headers=await sender.headers()) as answer:
            if answer.status == 404:
                return None
            answer.raise_for_status()
            return _read(await answer.read())
