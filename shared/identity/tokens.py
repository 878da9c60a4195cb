"""Access tokens: what one proves, and why another proves nothing (RFC 9068, RFC 8725).

The algorithms are fixed by the settings, never by the token; the key is one of the issuer's, found by its id alone, whatever else the header
names. A token that was verified is known again by its SHA-256 until it ends or the issuer's keys change, for a few microseconds a request.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from math import isfinite
from typing import Any, NamedTuple, Protocol, TypeGuard

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

from shared import clock
from shared.identity.caller import Caller, roles_of
from shared.identity.offices import FORMS, is_office

LONGEST = 8 << 10
"""Bytes of a token."""
_LONGEST_LIFE = 86_400
"""Seconds from a token's issue to its end: access tokens are short-lived, for nothing takes one back."""
_AHEAD = 30
"""Seconds that the issuer's clock may be ahead of ours."""
_LONGEST_NAME = 255
_MOST_KEPT = 10_000
_TYPES = ("at+jwt", "application/at+jwt")

_is_token = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+").fullmatch
_decode_header = msgspec.json.Decoder(dict[str, Any]).decode


class TokenRefused(Exception):
    """A token proves nothing. The message says why, and repeats nothing of it."""


class Keys(Protocol):
    """The keys of the issuer."""

    @property
    def version(self) -> int:
        """Grows whenever the keys change."""

    async def of(self, kid: str) -> Key | None:
        """Return the key of an id, None where there is none."""


class _Registry(JWSRegistry):
    """The algorithms that are taken. ``EdDSA`` is the name that issuers still use for Ed25519, of which joserfc would warn each time."""

    max_header_length = 2048

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in (self.allowed or ()):
            raise TokenRefused("The token is signed by an algorithm that is not taken here.")
        return self.algorithms[name]


class _Kept(NamedTuple):
    caller: Caller
    ends: float


class TokenVerifier:
    """Verifies the tokens of one issuer for one audience."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str, algorithms: Sequence[str], now: Callable[[], datetime] = clock.now) -> None:
        """``algorithms``: the only ones that a token may be signed by."""
        self._keys, self._issuer, self._audience, self._now = keys, issuer, audience, now
        self._registry = _Registry(algorithms=tuple(algorithms), strict_check_header=False)
        self._kept: dict[bytes, _Kept] = {}
        self._of_version = keys.version

    async def caller_of(self, token: bytes) -> Caller:
        """Return whom a token names. Raises ``TokenRefused``, and ``KeysUnknown`` where no token can be verified yet."""
        if len(token) > LONGEST:
            raise TokenRefused(f"The token is longer than {LONGEST} bytes.")
        if self._of_version != self._keys.version:
            self._kept, self._of_version = {}, self._keys.version
        digest, moment = sha256(token).digest(), self._now().timestamp()
        kept = self._kept.get(digest)
        if kept is None:
            kept = self._kept[digest] = await self._verified(token, moment)
            if len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        if kept.ends <= moment:
            del self._kept[digest]
            raise TokenRefused("The token has expired.")
        return kept.caller

    async def signed(self, token: bytes) -> jwt.Token:
        """Return a token that one of the issuer's keys signed, whatever it says. Raises ``TokenRefused`` and ``KeysUnknown``."""
        if len(token) > LONGEST:
            raise TokenRefused(f"The token is longer than {LONGEST} bytes.")
        if _is_token(token) is None:
            raise TokenRefused("The token is no JWT in its compact form: three parts in base64url, with dots between.")
        key = await self._key(token)
        try:
            return jwt.decode(token, key, registry=self._registry)
        except (JoseError, ValueError, TypeError):
            raise TokenRefused("The token's signature is not the issuer's.") from None

    async def _verified(self, token: bytes, moment: float) -> _Kept:
        read = await self.signed(token)
        claims = read.claims
        if str(read.header.get("typ")).lower() not in _TYPES:
            raise TokenRefused("The token is no access token: its typ must be at+jwt (RFC 9068).")
        if claims.get("iss") != self._issuer:
            raise TokenRefused("The token is of another issuer.")
        audiences = claims.get("aud")
        if self._audience not in (audiences if isinstance(audiences, list) else [audiences]):
            raise TokenRefused("The token is for another audience.")
        ends = _check_times(claims, moment)
        return _Kept(_caller(claims), ends)

    async def _key(self, token: bytes) -> Key:
        try:
            header = _decode_header(_decoded(token.partition(b".")[0]))
        except ValueError:
            raise TokenRefused("The token's header cannot be read.") from None
        kid = header.get("kid")
        key = await self._keys.of(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenRefused("The token is signed by a key that the issuer does not have.")
        return key


def _check_times(claims: dict[str, Any], moment: float) -> float:
    """Return when a token ends."""
    ends, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", claims.get("iat"))
    if not (_is_time(ends) and _is_time(issued) and _is_time(begins)):
        raise TokenRefused("The token must say when it was issued and when it ends: iat and exp, in seconds since 1970.")
    if issued > moment + _AHEAD or begins > moment + _AHEAD:
        raise TokenRefused("The token is not valid yet.")
    if ends - issued > _LONGEST_LIFE:
        raise TokenRefused("The token is valid for longer than a day.")
    return float(ends)


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _caller(claims: dict[str, Any]) -> Caller:
    subject, office, roles = claims.get("sub"), claims.get("office"), claims.get("roles")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_NAME:
        raise TokenRefused(f"The token must name its subject: sub, a text of at most {_LONGEST_NAME} characters.")
    if not isinstance(office, str) or not is_office(office):
        raise TokenRefused(f"The token must name an office: {FORMS}, in the tables of divisions.")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise TokenRefused("The token must name its roles: an array of texts.")
    return Caller(subject, office, roles_of(roles))


def _decoded(part: bytes) -> bytes:
    """Return base64url as bytes. Raises ``ValueError``."""
    return urlsafe_b64decode(part + b"=" * (-len(part) % 4))
