"""Posts lines to enrolment as provinces do: a sender's next batch only after the 202 of its last."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import aiohttp
import stamina
from msgspec import Struct, json

_GZIPPED = ("/provinces/11", "/provinces/31", "/provinces/44")
"""Senders that compress what they send."""
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0

UNREACHABLE = (aiohttp.ClientError, TimeoutError)
"""What aiohttp raises where no answer comes."""


class Acknowledged(Struct):
    """What enrolment answered: the batch that it keeps a receipt for, and how many lines it received."""

    batch: str
    received: int


@dataclass
class Traffic:
    """What was acknowledged so far, how many attempts failed, and at which senders' last attempt."""

    reports: int = 0
    batches: int = 0
    failed_attempts: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    """By sender that is repeating a batch: what came of the last attempt."""


class SendingFailed(Exception):
    """Enrolment refused a batch as a whole, or was away for too long."""


class _Later(Exception):
    def __init__(self, reason: str, after: str) -> None:
        super().__init__(reason)
        self.after = float(after) if after.isdigit() else 0.0


_read = json.Decoder(Acknowledged).decode


class Sender:
    """One sender. ``patience``: seconds for which a batch is repeated while enrolment is away."""

    def __init__(self, name: str, client: aiohttp.ClientSession, *, enrolment_url: str, traffic: Traffic, patience: float) -> None:
        """Send nothing yet."""
        self._name, self._client, self._traffic, self._patience = name, client, traffic, patience
        self._url = f"{enrolment_url}/v1/reports"
        self._ordinal = 0
        retrying = stamina.AsyncRetryingCaller(attempts=None, timeout=patience, wait_initial=_FIRST_WAIT, wait_max=_LONGEST_WAIT)
        self._retrying = retrying.on(self._wait)

    async def post(self, lines: Sequence[bytes]) -> Acknowledged:
        """Post a batch, again and again with the same key, until it is acknowledged. Raises ``SendingFailed``."""
        self._ordinal += 1
        body = b"\n".join(lines)
        # With the body's digest in it, a key is never used for another body, whatever was played before.
        key = f"{self._name[-2:]}-{self._ordinal}-{blake2b(body, digest_size=12).hexdigest()}"
        headers = {"content-type": "application/x-ndjson", "idempotency-key": key}
        if self._name in _GZIPPED:
            body, headers["content-encoding"] = gzip.compress(body, 1), "gzip"
        try:
            acknowledged = await self._retrying(self._attempt, body, headers)
        except (_Later, *UNREACHABLE) as error:
            raise SendingFailed(f"{self._name} repeated batch {self._ordinal} for {self._patience:.0f} s in vain; at last: {_said(error)}") from error
        finally:
            self._traffic.waiting.pop(self._name, None)
        if acknowledged.received != len(lines):
            raise SendingFailed(f"{self._name} sent {len(lines)} lines in batch {self._ordinal}, and {acknowledged.received} were received")
        self._traffic.reports += len(lines)
        self._traffic.batches += 1
        return acknowledged

    async def _attempt(self, body: bytes, headers: dict[str, str]) -> Acknowledged:
        async with self._client.post(self._url, data=body, headers=headers) as answer:
            text = await answer.read()
        if answer.status == 202:
            return _read(text)
        reason = f"{answer.status} {text.decode(errors='replace')[:500]}"
        # 409 with Retry-After: the first request with this key is still being worked on.
        if answer.status in (502, 503, 504) or (answer.status == 409 and "Retry-After" in answer.headers):
            raise _Later(reason, answer.headers.get("Retry-After", ""))
        raise SendingFailed(f"{self._name} is told of its batch {self._ordinal}: {reason}")

    def _wait(self, error: Exception) -> bool | float:
        """Say whether to repeat, or after how many seconds."""
        if not isinstance(error, (_Later, *UNREACHABLE)):
            return False
        self._traffic.failed_attempts += 1
        self._traffic.waiting[self._name] = _said(error)
        return (error.after if isinstance(error, _Later) else 0.0) or True


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
