"""Sessions in Redis. A session ends after a while without a request, at its absolute end, and at once when it is ended.

Redis keeps a digest of the id that the browser has, so nobody who reads Redis can go on with a session. Raises ``REDIS_UNAVAILABLE``.
"""

from hashlib import sha256
from typing import NamedTuple, cast

import msgspec

from shared import clock, ids
from shared.http.sessions.held_tokens import HeldTokens, seal
from shared.identity.caller import Caller
from shared.redis.edge import Redis
from shared.redis.keys import Key

SIGN_IN_SECONDS = 600
"""For how long a sign-in may take, from the link to the way back."""

KEYS = (
    Key(
        "<service>:session:<digest>",
        "string",
        "who signed in, the absolute end and, where the service asks others for the person, the tokens, sealed by the id; "
        "`<digest>` is that of the id in the browser's cookie",
        "for the idle time, and to the absolute end at most",
    ),
    Key("<service>:sign-in:<digest>", "string", "a sign-in under way: what the way back must bring, and where it leads", "for ten minutes"),
)


class Session(msgspec.Struct, frozen=True, array_like=True):
    """Who signed in, and when it ends whatever happens, in seconds since 1970. ``sealed``: the person's tokens, where the service keeps them."""

    caller: Caller
    ends: float
    sealed: bytes = b""


class SignIn(msgspec.Struct, frozen=True, array_like=True):
    """A sign-in under way. ``to``: the path that it leads to."""

    state: str
    nonce: str
    verifier: str
    to: str


class Lifetimes(NamedTuple):
    """Seconds without a request after which a session ends, and seconds after which it ends anyhow."""

    idle: int
    absolute: int


_encode = msgspec.msgpack.encode
_decode_session = msgspec.msgpack.Decoder(Session).decode
_decode_sign_in = msgspec.msgpack.Decoder(SignIn).decode


class SessionStore:
    """The sessions of one service."""

    def __init__(self, redis: Redis, service: str, lifetimes: Lifetimes) -> None:
        self._redis, self._service, self._lifetimes = redis, service, lifetimes

    async def begin(self, caller: Caller, tokens: HeldTokens | None = None) -> str:
        """Begin a session, and return the id for the browser."""
        drawn = ids.draw_id()
        session = Session(caller, clock.now().timestamp() + self._lifetimes.absolute, b"" if tokens is None else seal(drawn, tokens))
        await self._redis.set(self._name("session", drawn), _encode(session), ex=min(self._lifetimes))
        return drawn

    async def of(self, drawn: str) -> Session | None:
        """Return the session of an id, and let its idle time begin anew; None where there is none, or not any more."""
        name = self._name("session", drawn)
        held = await self._redis.get(name)
        if held is None:
            return None
        session = _decode_session(cast(bytes, held))
        left = session.ends - clock.now().timestamp()
        if left <= 0:
            return None
        # A session that ended meanwhile stays ended: this makes no key.
        await self._redis.expire(name, max(1, min(self._lifetimes.idle, int(left))))
        return session

    async def hold(self, drawn: str, session: Session, tokens: HeldTokens) -> None:
        """Keep newer tokens of a session, if it is still there; its time goes on as it was."""
        renewed = msgspec.structs.replace(session, sealed=seal(drawn, tokens))
        await self._redis.set(self._name("session", drawn), _encode(renewed), xx=True, keepttl=True)

    async def end(self, drawn: str) -> None:
        """End a session."""
        await self._redis.unlink(self._name("session", drawn))

    async def keep(self, sign_in: SignIn) -> str:
        """Keep a sign-in under way, and return the id for the browser."""
        drawn = ids.draw_id()
        await self._redis.set(self._name("sign-in", drawn), _encode(sign_in), ex=SIGN_IN_SECONDS)
        return drawn

    async def take(self, drawn: str) -> SignIn | None:
        """Return a sign-in under way, which is over with that; None where there is none."""
        name = self._name("sign-in", drawn)
        held = await self._redis.get(name)
        # Of two at once only one takes it away.
        taken = await self._redis.unlink(name)
        return _decode_sign_in(cast(bytes, held)) if held is not None and taken else None

    def _name(self, kind: str, drawn: str) -> str:
        return f"{self._service}:{kind}:{sha256(drawn.encode()).hexdigest()}"
