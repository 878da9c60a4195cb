"""The answers to requests with an ``Idempotency-Key``: the same key and body get the same answer, and are logged once.

A key belongs to its sender: the same key of two senders is two keys. While a request is worked on it holds a claim, a lease that expires by
itself, so that a request that died blocks the key for a short while only. Then the answer takes the claim's place. Raises ``REDIS_UNAVAILABLE``.
"""

import re
import zlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Annotated, NamedTuple, cast

import msgspec
from fastapi import Depends, Header, Request
from msgspec import Struct

from shared.http.problems import Problem
from shared.ids import draw_id
from shared.redis.edge import REDIS_UNAVAILABLE, Redis, script
from shared.redis.keys import Key

KEYS = (
    Key(
        "<service>:idempotency:<sender>:<key>",
        "string",
        "a claim while the request is worked on, then its answer, deflated, with the digest of the body; `<sender>` is a digest of who sent it",
        "a claim for the lease, an answer for a day, unless set otherwise",
    ),
)

_is_key = re.compile(r"[\x21-\x7e]{1,128}").fullmatch
_ATTEMPTS = 3
"""To claim a key: between the refusal of a claim and the reading of its reason, what stood there may expire."""


class Answer(Struct, frozen=True, array_like=True):
    """A response as it was sent."""

    status: int
    media_type: str
    headers: Mapping[str, str]
    body: bytes


class KeyedRequest(NamedTuple):
    """Who sent a request under which key, and the digest of its body."""

    sender: str
    key: str
    digest: bytes


class _Entry(Struct, frozen=True, array_like=True):
    """What stands under a key: the body's digest, the id of the claim, and the answer once there is one, deflated."""

    digest: bytes
    claimed_by: str
    answer: bytes | None = None


class Claim(NamedTuple):
    """The right to work on a key: the name of its Redis key and the value that stands there."""

    name: str
    value: bytes


_encode = msgspec.msgpack.encode
_decode_entry = msgspec.msgpack.Decoder(_Entry).decode
_decode_answer = msgspec.msgpack.Decoder(Answer).decode


_Header = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 128 visible characters; the same key with the same body gets the same answer, with another body a 409",
    ),
]


async def key_of(request: Request, _: _Header = None) -> str | None:
    """Return the key of a request. Raises ``Problem`` 400 for what is no key, and for two keys that differ."""
    sent = set(request.headers.getlist("idempotency-key"))
    if not sent:
        return None
    if len(sent) > 1:
        raise _invalid("A request has one key, and this one has several that differ.")
    key = sent.pop()
    if not _is_key(key):
        raise _invalid("It must be 1 to 128 visible ASCII characters.")
    return key


IdempotencyKey = Annotated[str | None, Depends(key_of)]
"""The key of a request, for the endpoints that take one."""


def _invalid(detail: str) -> Problem:
    return Problem(400, "invalid-idempotency-key", "Idempotency-Key breaks a rule", detail)


class IdempotencyStore:
    """The keys of one service. ``keep``: seconds for answers; ``lease``: seconds for claims."""

    def __init__(self, redis: Redis, service: str, *, keep: int, lease: int) -> None:
        self._redis, self._prefix, self._keep, self._lease = redis, f"{service}:idempotency:", keep, lease
        self._swap = script(redis, __package__, "swap")

    async def respond_once(self, request: KeyedRequest, work: Callable[[], Awaitable[Answer]], *, keeps: Callable[[Answer], bool]) -> Answer:
        """Do the work for a request and return its answer, or return the answer that the same request got before; see ``claim``.

        The answer is stored if ``keeps`` says so. Any other answer, and whatever ``work`` raises, frees the key.
        """
        claim = await self.claim(request)
        if isinstance(claim, Answer):
            return claim
        try:
            answer = await work()
            if keeps(answer):
                await self.complete(claim, answer)
            else:
                await self.release(claim)
        except BaseException:
            with suppress(*REDIS_UNAVAILABLE):
                await self.release(claim)
            raise
        return answer

    async def claim(self, request: KeyedRequest) -> Claim | Answer:
        """Claim a key for a request, or return the answer that the same request got. Raises ``Problem`` 409."""
        claim = Claim(self._name(request), _encode(_Entry(request.digest, draw_id())))
        for _ in range(_ATTEMPTS):
            if await self._redis.set(claim.name, claim.value, nx=True, ex=self._lease):
                return claim
            found = cast("bytes | None", await self._redis.get(claim.name))
            if found is None:
                continue
            entry = _decode_entry(found)
            if entry.digest != request.digest:
                raise Problem(409, "other-body", "Idempotency-Key was used for another body", "Send this body with a key of its own.")
            if entry.answer is None:
                break
            return _decode_answer(zlib.decompress(entry.answer))
        detail = "The first request with this Idempotency-Key is still being worked on: retry."
        raise Problem(409, "in-progress", "The same request is being worked on", detail, headers={"Retry-After": "1"})

    async def complete(self, claim: Claim, answer: Answer) -> None:
        """Store the answer; does nothing where the claim expired and another request has the key."""
        entry = msgspec.structs.replace(_decode_entry(claim.value), answer=zlib.compress(_encode(answer), 1))
        await self._swap(keys=[claim.name], args=[claim.value, _encode(entry), self._keep])

    async def release(self, claim: Claim) -> None:
        """Free a key without an answer: the next request with it starts anew."""
        await self._swap(keys=[claim.name], args=[claim.value, b"", 0])

    def _name(self, request: KeyedRequest) -> str:
        return f"{self._prefix}{sha256(request.sender.encode()).hexdigest()[:16]}:{request.key}"
