"""Callers by access tokens: ``Authorization: Bearer <token>`` of the configured issuer (RFC 6750)."""

from contextlib import AbstractAsyncContextManager

from fastapi import Request

from shared.http.callers import REALM
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.keys import IssuerKeys, KeysUnknown
from shared.identity.tokens import TokenRefused, TokenVerifier
from shared.settings import IdentitySettings

_RETRY_SECONDS = 5


class BearerTokens:
    """The ``Identity`` of an api that takes access tokens."""

    def __init__(self, keys: IssuerKeys, verifier: TokenVerifier) -> None:
        self._keys, self.verifier = keys, verifier

    @classmethod
    def of(cls, settings: IdentitySettings) -> "BearerTokens":
        """Return the identity of an api that is set to an issuer."""
        keys = IssuerKeys(settings.issuer, address=settings.issuer_address)
        algorithms = settings.token_algorithms.split(",")
        return cls(keys, TokenVerifier(keys, issuer=settings.issuer, audience=settings.audience, algorithms=algorithms))

    async def caller_of(self, request: Request) -> Caller | None:
        """Return whom the token of a request names, None where it has none. Raises ``Problem``: 401, and 503 where the issuer was never there."""
        sent = request.headers.getlist("authorization")
        if not sent:
            return None
        if len(sent) > 1:
            raise invalid_token("A request has one Authorization header, and this one has several.")
        scheme, _, token = sent[0].partition(" ")
        if scheme.lower() != "bearer":
            raise invalid_token("Authorization must be: Bearer <token>.")
        try:
            return await self.verifier.caller_of(token.strip(" ").encode("latin-1"))
        except TokenRefused as refused:
            raise invalid_token(str(refused)) from None
        except KeysUnknown:
            detail = "The keys of the issuer were not fetched yet, so no token can be verified. Nothing was done: try again."
            raise Problem(503, "issuer-away", "The issuer is away", detail, headers={"Retry-After": str(_RETRY_SECONDS)}) from None

    async def check(self) -> None:
        """Raise where no token can be verified yet."""
        await self._keys.check()

    def running(self) -> AbstractAsyncContextManager[None]:
        """Keep the issuer's keys fresh."""
        return self._keys.running()


def invalid_token(detail: str) -> Problem:
    """Return the problem of credentials that prove nothing."""
    described = detail.replace('"', "'")
    challenge = f'Bearer realm="{REALM}", error="invalid_token", error_description="{described}"'
    return Problem(401, "invalid-token", "The token proves nothing", detail, headers={"WWW-Authenticate": challenge})
