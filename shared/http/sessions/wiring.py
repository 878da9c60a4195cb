"""Joins signing in with the settings of a service."""

from typing import NamedTuple

from shared.http.bearer import BearerTokens
from shared.http.callers import Identity
from shared.http.sessions.cookies import Cookies
from shared.http.sessions.identity import SessionsOrTokens
from shared.http.sessions.persons_tokens import PersonsTokens, SentToken
from shared.http.sessions.provider import Client, Provider, read_key
from shared.http.sessions.routes import SIGNED_IN, SigningIn
from shared.http.sessions.settings import SignInSettings
from shared.http.sessions.store import Lifetimes, SessionStore
from shared.redis.edge import Redis


class Callers(NamedTuple):
    """How an api learns who is asking, how its people sign in (None: nowhere), and by which token it asks others for them."""

    identity: Identity
    signing_in: SigningIn | None
    tokens: SentToken


def callers_of(settings: SignInSettings, redis: Redis, service: str, *, keeps_tokens: bool = False) -> Callers:
    """Return both for a service, by its settings. ``keeps_tokens``: whether the service asks others in the person's name."""
    tokens = BearerTokens.of(settings)
    if not settings.client_id:
        return Callers(tokens, None, SentToken())
    store = SessionStore(redis, service, Lifetimes(settings.session_idle_seconds, settings.session_seconds))
    cookies = Cookies(service, secure=settings.address.startswith("https:"))
    key = None if settings.client_key_file is None else read_key(settings.client_key_file)
    client = Client(settings.client_id, key, f"{settings.address}{SIGNED_IN}")
    provider = Provider(settings.issuer, client, tokens.verifier, address=settings.issuer_address)
    signing_in = SigningIn(provider, store, cookies, tokens.verifier, settings.address, keeps_tokens)
    return Callers(SessionsOrTokens(tokens, store, cookies), signing_in, PersonsTokens(store, cookies, provider))
