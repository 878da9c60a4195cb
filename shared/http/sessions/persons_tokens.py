"""By which token a service asks another in the name of whoever asks it: the one that came with the request, or that of the session."""

from fastapi import Request

from shared import clock
from shared.http.sessions.cookies import Cookies
from shared.http.sessions.held_tokens import HeldTokens, unseal
from shared.http.sessions.provider import Provider, ProviderAway, SignInRefused, Tokens
from shared.http.sessions.store import SessionStore
from shared.http.unavailable import redis_needed

_RENEWED_BEFORE = 20.0
"""Seconds before its end from which a token is not used any more."""


class SentToken:
    """The tokens of a service that people do not sign in to: only what came with the request."""

    async def of(self, request: Request) -> str | None:
        """Return the token of a request; None where there is none."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


class PersonsTokens(SentToken):
    """The tokens of a service that people sign in to. Raises ``Problem`` 503 where Redis is away."""

    def __init__(self, store: SessionStore, cookies: Cookies, provider: Provider) -> None:
        self._store, self._cookies, self._provider = store, cookies, provider

    async def of(self, request: Request) -> str | None:
        """Return the token of a request, renewed where it is nearly over; None where there is none, or the issuer renews it no more."""
        drawn = self._cookies.session_of(request)
        if "authorization" in request.headers or drawn is None:
            return await super().of(request)
        with redis_needed():
            session = await self._store.of(drawn)
            held = None if session is None else unseal(drawn, session.sealed)
            if session is None or held is None:
                return None
            if held.ends - clock.now().timestamp() < _RENEWED_BEFORE:
                held = await self._renewed(held)
                if held is None:
                    return None
                await self._store.hold(drawn, session, held)
        return held.access.decode("ascii")

    async def _renewed(self, held: HeldTokens) -> HeldTokens | None:
        if not held.refresh:
            return None
        try:
            tokens = await self._provider.renew(held.refresh)
        except (ProviderAway, SignInRefused):
            return None
        return held_of(tokens._replace(refresh_token=tokens.refresh_token or held.refresh))


def held_of(tokens: Tokens) -> HeldTokens:
    """Return tokens as a session keeps them."""
    return HeldTokens(tokens.access_token, clock.now().timestamp() + tokens.expires_in, tokens.refresh_token)
