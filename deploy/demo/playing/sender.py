"""Posts lines to enrolment as provinces do: the next batch of a sender only after the 202 of the last."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b

import aiohttp
from msgspec import Struct, json

from deploy.demo.playing.credentials import Credentials
from deploy.demo.playing.retrying import RetriesExhausted, RetryingClient
from deploy.demo.playing.story import Story

_GZIPPED = ("/provinces/11", "/provinces/31", "/provinces/44")
"""Senders that compress their bodies."""


class Acknowledged(Struct):
    """The answer of enrolment: the batch, by which it keeps a receipt, and the number of received lines."""

    batch: str
    received: int


@dataclass
class Traffic:
    """The number of acknowledged reports and batches, of failed attempts, and the senders that retry now."""

    reports: int = 0
    batches: int = 0
    failed_attempts: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    """By sender that retries a batch: how the last attempt failed."""


class SendingFailed(Exception):
    """Enrolment refused a batch as a whole, or was unavailable for too long."""


_read = json.Decoder(Acknowledged).decode


class Sender:
    """One sender. ``patience``: seconds for which a batch is repeated while enrolment is unavailable."""

    def __init__(
        self,
        name: str,
        client: aiohttp.ClientSession,
        credentials: Credentials,
        *,
        enrolment_url: str,
        traffic: Traffic,
        patience: float,
        story: Story,
    ) -> None:
        self.name, self.credentials, self._traffic, self._story = name, credentials, traffic, story
        self._url = f"{enrolment_url}/v1/reports"
        self._ordinal = 0
        self._client = RetryingClient(client, credentials, patience=patience, failed=self._failed)

    async def post(self, lines: Sequence[bytes], day: date) -> Acknowledged:
        """Post a batch on the evening of a day of the story, retried with the same key until it is acknowledged. Raises ``SendingFailed``."""
        self._ordinal += 1
        body = b"\n".join(lines)
        # The key holds the digest of the body, so that it is never used for another body, whatever was played before.
        key = f"{self.name[-2:]}-{self._ordinal}-{blake2b(body, digest_size=12).hexdigest()}"
        headers = {"content-type": "application/x-ndjson", "idempotency-key": key, **self._story.of_reports(day)}
        if self.name in _GZIPPED:
            body, headers["content-encoding"] = gzip.compress(body, 1), "gzip"
        try:
            answer = await self._client.ask("POST", self._url, body=body, headers=headers)
        except RetriesExhausted as error:
            raise SendingFailed(f"{self.name} repeated batch {self._ordinal} for {error}") from error
        finally:
            self._traffic.waiting.pop(self.name, None)
        if answer.status != 202:
            raise SendingFailed(f"{self.name} is told of its batch {self._ordinal}: {answer.said}")
        acknowledged = _read(answer.body)
        if acknowledged.received != len(lines):
            raise SendingFailed(f"{self.name} sent {len(lines)} lines in batch {self._ordinal}, and {acknowledged.received} were received")
        self._traffic.reports += len(lines)
        self._traffic.batches += 1
        return acknowledged

    def _failed(self, said: str) -> None:
        self._traffic.failed_attempts += 1
        self._traffic.waiting[self.name] = said
