"""Joins signing in with the settings of a service."""

from typing import NamedTuple

from shared.http.bearer import BearerTokens
from shared.http.callers import Identity
from shared.http.sessions.cookies import Cookies
from shared.http.sessions.identity import SessionsOrTokens
from shared.http.sessions.provider import Client, Provider, read_key
from shared.http.sessions.routes import SIGNED_IN, SigningIn
from shared.http.sessions.settings import SignInSettings
from shared.http.sessions.store import Lifetimes, SessionStore
from shared.redis.edge import Redis


class Callers(NamedTuple):
    """How an api learns who is asking, and how its people sign in; None where the service is no client of the issuer."""

    identity: Identity
    signing_in: SigningIn | None


def callers_of(settings: SignInSettings, redis: Redis, service: str) -> Callers:
    """Return both for a service, by its settings."""
    tokens = BearerTokens.of(settings)
    if not settings.client_id:
        return Callers(tokens, None)
    store = SessionStore(redis, service, Lifetimes(settings.session_idle_seconds, settings.session_seconds))
    cookies = Cookies(service, secure=settings.address.startswith("https:"))
    key = None if settings.client_key_file is None else read_key(settings.client_key_file)
    client = Client(settings.client_id, key, f"{settings.address}{SIGNED_IN}")
    provider = Provider(settings.issuer, client, tokens.verifier, address=settings.issuer_address)
    return Callers(SessionsOrTokens(tokens, store, cookies), SigningIn(provider, store, cookies, tokens.verifier, settings.address))
