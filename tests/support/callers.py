"""Tokens for the tests that call apis: of an issuer with a key of the tests' own, whose public half the apis under test know."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import Key, OKPKey

from shared.http.bearer import BearerTokens
from shared.identity.caller import Role
from shared.identity.keys import IssuerKeys
from shared.identity.tokens import TokenVerifier, _Registry
from shared.settings import ALGORITHMS

ISSUER, AUDIENCE = "https://issuer.test", "baoxue"
KEY = OKPKey.import_key(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "7rKQLZBgBYUW8W62SNPiNnhjKBn0wefax7JyU9mCeJc",
        "d": "dzpPopuI4_KNx-qnj3WNpMLS2v0Vek-qyopYqciI7cE",
        "kid": "of-the-tests",
        "use": "sig",
        "alg": "EdDSA",
    }
)
"""The same in every process of the tests. No api but those under test takes what it signs."""
ALL_ROLES = tuple(Role)


class KeysAtHand(IssuerKeys):
    """Keys that need no fetching."""

    def __init__(self, *keys: Key) -> None:
        super().__init__(ISSUER)
        self._keys = {str(key.kid): key for key in keys}

    async def of(self, kid: str) -> Key | None:
        return (self._keys or {}).get(kid)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


def identity(*keys: Key, algorithms: tuple[str, ...] = ALGORITHMS) -> BearerTokens:
    """Return what tells an api under test who is asking."""
    at_hand = KeysAtHand(*(keys or (KEY,)))
    return BearerTokens(at_hand, TokenVerifier(at_hand, issuer=ISSUER, audience=AUDIENCE, algorithms=algorithms))


def claims(office: str = "/nation", *roles: str, sub: str = "somebody", minutes: float = 60) -> dict[str, Any]:
    """Return the claims of a token that is good, for all roles if none is named."""
    now = int(time.time())
    named = [str(role) for role in roles or ALL_ROLES]
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": sub, "office": office, "roles": named, "iat": now, "exp": now + int(60 * minutes)}


def signed(claims: Mapping[str, Any], key: Key = KEY, **header: Any) -> str:
    """Sign claims as an access token."""
    head = {"alg": "EdDSA", "typ": "at+jwt", "kid": key.kid, **header}
    return _signed({name: value for name, value in head.items() if value is not None}, dict(claims), key)


def _signed(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
    return jwt.encode(header, claims, key, registry=_Registry(algorithms=[header["alg"]], strict_check_header=False), default_type=None)


@cache
def token(office: str = "/nation", *roles: str, sub: str = "somebody") -> str:
    """Return a good token, for all roles if none is named."""
    return signed(claims(office, *roles, sub=sub))


def carrying(office: str = "/nation", *roles: str, sub: str = "somebody") -> dict[str, str]:
    """Return the header of a request that carries such a token."""
    return {"Authorization": f"Bearer {token(office, *roles, sub=sub)}"}
