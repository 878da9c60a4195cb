"""The tokens that the issuer makes: access tokens by RFC 9068, and id tokens of OpenID Connect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from deploy.local.issuer.keys import ALGORITHM, Signer
from shared import clock, ids

ACCESS_SECONDS = 300
"""The life of an access token."""
REFRESH_SECONDS = 28_800
"""The life of a refresh token: that of the longest session of a service."""
_REFRESH = "refresh+jwt"
AUDIENCE = "baoxue"
"""Whom access tokens are for: the apis, all of them."""


class Claims(NamedTuple):
    """Who gets an access token, and what it may be."""

    subject: str
    client_id: str
    office: str
    roles: Sequence[str]


def now() -> int:
    """Return the second that tokens are made in."""
    return int(clock.now().timestamp())


def access_token(signer: Signer, issuer: str, claims: Claims, *, seconds: int = ACCESS_SECONDS) -> str:
    """Return an access token."""
    at = now()
    header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": signer.kid}
    body = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": claims.subject,
        "client_id": claims.client_id,
        "office": claims.office,
        "roles": list(claims.roles),
        "iat": at,
        "exp": at + seconds,
        "jti": ids.draw_id(),
    }
    return jwt.encode(header, body, signer.key, [ALGORITHM])


def refresh_token(signer: Signer, issuer: str, *, subject: str, client_id: str) -> str:
    """Return what lets a client go on for somebody who signed in. It is for the issuer alone, and no api takes it."""
    at = now()
    body = {"iss": issuer, "aud": issuer, "sub": subject, "client_id": client_id, "iat": at, "exp": at + REFRESH_SECONDS, "jti": ids.draw_id()}
    return jwt.encode({"alg": ALGORITHM, "typ": _REFRESH, "kid": signer.kid}, body, signer.key, [ALGORITHM])


def read_refresh_token(text: str, published: Sequence[Any], issuer: str) -> tuple[str, str] | None:
    """Return the subject and the client of a refresh token; None for one that is over, or that this issuer did not make."""
    try:
        token = jwt.decode(text, KeySet.import_key_set({"keys": [dict(key) for key in published]}), [ALGORITHM])
    except (JoseError, ValueError):
        return None
    claims = token.claims
    if token.header.get("typ") != _REFRESH or claims.get("aud") != issuer or not isinstance(claims.get("exp"), int) or claims["exp"] <= now():
        return None
    return str(claims["sub"]), str(claims["client_id"])
