"""The tokens that the issuer makes: access tokens by RFC 9068, and id tokens of OpenID Connect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from joserfc import jwt

from deploy.local.issuer.keys import ALGORITHM, Signer
from shared import clock, ids

ACCESS_SECONDS = 300
"""The life of an access token."""
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
