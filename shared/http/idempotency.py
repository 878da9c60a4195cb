"""The answers to requests with an ``Idempotency-Key``: the same key and body get the same answer, and are logged once.

While a request is worked on it holds a claim that expires by itself, so that one
that died blocks the key for a short while only; then the answer. Raises ``REDIS_UNAVAILABLE``.
"""

import re
import zlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Annotated, NamedTuple, cast

import msgspec
from fastapi import Header
from msgspec import Struct

from shared.http.problems import Problem
from shared.ids import draw_id
from shared.redis.edge import REDIS_UNAVAILABLE, Redis, script
from shared.redis.keys import Key

KEYS = (
    Key(
        "<service>:idempotency:<key>",
        "string",
        "a claim while the request is worked on, then its answer, deflated, with the digest of the body",
        "a claim for the lease, an answer for a day, unless set otherwise",
    ),
)

IdempotencyKey = Annotated[
    str | None, Header(description="1 to 128 visible characters; the same key with the same body gets the same answer, with another body a 409")
]

_is_key = re.compile(r"[\x21-\x7e]{1,128}").fullmatch
_ATTEMPTS = 3
"""To claim a key: between being refused and reading why, what stood there may expire."""


class Answer(Struct, frozen=True, array_like=True):
    """An answer as it was given."""

    status: int
    media_type: str
    headers: Mapping[str, str]
    body: bytes


class _Kept(Struct, frozen=True, array_like=True):
    """What is kept under a key: the body's digest, whose claim it is, and the answer once there is one, deflated."""

    digest: bytes
    claimed_by: str
    answer: bytes | None = None


class Claim(NamedTuple):
    """The right to work on a key, by the value that stands for it."""

    name: str
    value: bytes


_encode = msgspec.msgpack.encode
_decode_kept = msgspec.msgpack.Decoder(_Kept).decode
_decode_answer = msgspec.msgpack.Decoder(Answer).decode


def check_key(key: str) -> None:
    """Raise ``Problem`` 400 for what is no key."""
    if not _is_key(key):
        raise Problem(400, "invalid-idempotency-key", "Idempotency-Key breaks a rule", "It must be 1 to 128 visible ASCII characters.")


class Repeats:
    """The keys of one service. ``keep``: seconds for answers; ``lease``: seconds for claims."""

    def __init__(self, redis: Redis, service: str, *, keep: int, lease: int) -> None:
        """Load the script."""
        self._redis, self._prefix, self._keep, self._lease = redis, f"{service}:idempotency:", keep, lease
        self._swap = script(redis, "shared.redis", "swap")

    async def answered(self, key: str, digest: bytes, work: Callable[[], Awaitable[Answer]], *, keeps: Callable[[Answer], bool]) -> Answer:
        """Do the work for a body and give its answer, or give the answer that the same body got; see ``claim``.

        The answer is kept if it is one that ``keeps`` keeps. Any other, and whatever ``work`` raises, frees the key.
        """
        claim = await self.claim(key, digest)
        if isinstance(claim, Answer):
            return claim
        try:
            answer = await work()
            if keeps(answer):
                await self.settle(claim, answer)
            else:
                await self.release(claim)
        except BaseException:
            with suppress(*REDIS_UNAVAILABLE):
                await self.release(claim)
            raise
        return answer

    async def claim(self, key: str, digest: bytes) -> Claim | Answer:
        """Claim a key for a body, or give the answer that the same body got. Raises ``Problem`` 409."""
        claim = Claim(f"{self._prefix}{key}", _encode(_Kept(digest, draw_id())))
        for _ in range(_ATTEMPTS):
            if await self._redis.set(claim.name, claim.value, nx=True, ex=self._lease):
                return claim
            found = cast("bytes | None", await self._redis.get(claim.name))
            if found is None:
                continue
            kept = _decode_kept(found)
            if kept.digest != digest:
                raise Problem(409, "other-body", "Idempotency-Key was used for another body", "Send this body with a key of its own.")
            if kept.answer is None:
                break
            return _decode_answer(zlib.decompress(kept.answer))
        detail = "The first request with this Idempotency-Key is still being worked on: ask again."
        raise Problem(409, "in-progress", "The same request is being worked on", detail, headers={"Retry-After": "1"})

    async def settle(self, claim: Claim, answer: Answer) -> None:
        """Keep the answer; does nothing where the claim expired and somebody else has the key."""
        kept = msgspec.structs.replace(_decode_kept(claim.value), answer=zlib.compress(_encode(answer), 1))
        await self._swap(keys=[claim.name], args=[claim.value, _encode(kept), self._keep])

    async def release(self, claim: Claim) -> None:
        """Give a key up without an answer: the next request with it begins anew."""
        await self._swap(keys=[claim.name], args=[claim.value, b"", 0])
