"""Repeats a request while an api is unavailable: killed, restarted, catching up. A refusal is an answer, and is not repeated."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import aiohttp
import stamina

from deploy.demo.playing.credentials import Credentials

UNREACHABLE = (aiohttp.ClientError, TimeoutError)
"""The errors that aiohttp raises where no answer comes."""

Texts = Mapping[str, str]
Query = Sequence[tuple[str, str]]
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
_AWAY = frozenset({502, 503, 504})


class Answer(NamedTuple):
    """An answer other than "try again later"."""

    status: int
    body: bytes

    @property
    def said(self) -> str:
        """The answer as a text for people."""
        return f"{self.status} {self.body.decode(errors='replace')[:500]}"


class RetriesExhausted(Exception):
    """The api was unavailable for too long. The message tells the last attempt."""


class _Later(Exception):
    def __init__(self, answer: Answer, after: str) -> None:
        super().__init__(answer.said)
        self.after = float(after) if after.isdigit() else 0.0


class RetryingClient:
    """Sends requests over one client as somebody, each repeated for ``patience`` seconds. ``failed`` is called with every failed attempt."""

    def __init__(
        self, client: aiohttp.ClientSession, credentials: Credentials, *, patience: float, failed: Callable[[str], object] = lambda said: None
    ) -> None:
        self._client, self._credentials, self._patience, self._failed = client, credentials, patience, failed
        retrying = stamina.AsyncRetryingCaller(attempts=None, timeout=patience, wait_initial=_FIRST_WAIT, wait_max=_LONGEST_WAIT)
        self._retrying = retrying.on(self._wait)

    async def ask(self, method: str, url: str, *, body: bytes | None = None, headers: Texts | None = None, query: Query | None = None) -> Answer:
        """Send a request until there is an answer. Raises ``RetriesExhausted``, and ``TokenDenied`` where the issuer knows the sender not."""
        try:
            return await self._retrying(self._attempt, method, url, body, headers, query)
        except (_Later, *UNREACHABLE) as error:
            raise RetriesExhausted(f"{self._patience:.0f} s in vain; at last: {_said(error)}") from error

    async def _attempt(self, method: str, url: str, body: bytes | None, headers: Texts | None, query: Query | None) -> Answer:
        sent = {**(headers or {}), **await self._credentials.headers()}
        async with self._client.request(method, url, data=body, headers=sent, params=query) as response:
            answer = Answer(response.status, await response.read())
        # 409 with Retry-After: the first request with this Idempotency-Key is still being worked on.
        if answer.status in _AWAY or (answer.status == 409 and "Retry-After" in response.headers):
            raise _Later(answer, response.headers.get("Retry-After", ""))
        return answer

    def _wait(self, error: Exception) -> bool | float:
        """Return whether to repeat, or after how many seconds."""
        if not isinstance(error, (_Later, *UNREACHABLE)):
            return False
        self._failed(_said(error))
        return (error.after if isinstance(error, _Later) else 0.0) or True


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
