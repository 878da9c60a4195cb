"""The tokens of a session: sealed by what the browser alone has, renewed before they are over, and gone with the session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import Request
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.local.issuer.app import create_issuer
from deploy.local.issuer.clients import private_file
from deploy.local.issuer.setup import redirect_uris
from shared import clock
from shared.http.sessions.held_tokens import HeldTokens, seal, unseal
from shared.http.sessions.persons_tokens import PersonsTokens, SentToken
from shared.http.sessions.provider import Client, Provider, read_key
from shared.http.sessions.settings import SignInSettings
from shared.http.sessions.store import Lifetimes, SessionStore
from shared.http.sessions.wiring import callers_of
from shared.identity.caller import Caller, Role
from tests.edges.deploy.issuer_desk import VERIFIER, IssuerDesk
from tests.support.redis import RedisDatabase
from tests.support.served import served

CALLER = Caller("officer", "/counties/513431", frozenset({Role.OFFICER}))


def test_only_the_id_that_sealed_tokens_opens_them() -> None:
    tokens = HeldTokens(b"the-access-token", 1.0, "the-refresh-token")
    sealed = seal("a" * 32, tokens)
    assert unseal("a" * 32, sealed) == tokens
    assert unseal("b" * 32, sealed) is None
    assert unseal("a" * 32, sealed[:-1]) is None
    assert unseal("a" * 32, b"") is None
    assert b"token" not in sealed
    assert seal("a" * 32, tokens) != sealed


def asked(**headers: str) -> Request:
    return Request(
        {"type": "http", "method": "GET", "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}
    )


class Desk:
    """An issuer behind a server, and case as its client."""

    def __init__(self, issuer: IssuerDesk, database: RedisDatabase) -> None:
        self.issuer, self.database = issuer, database
        config = issuer.config
        told = {
            "issuer": issuer.issuer,
            "client_id": "case",
            "client_key_file": private_file(config.issuer_folder, "case"),
            "address": config.api_url("case"),
        }
        self.callers = callers_of(SignInSettings.model_validate(told), database.client, "case", keeps_tokens=True)
        self.store = SessionStore(database.client, "case", Lifetimes(600, 600))

    async def tokens(self) -> dict[str, object]:
        """Sign an officer in, and return what the issuer gives."""
        back = redirect_uris(self.issuer.config)["case"]
        answer = await self.issuer.sign_in(client_id="case", redirect_uri=back)
        code = httpx.URL(answer.headers["location"]).params["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": VERIFIER}
        return dict((await self.issuer.ask(self.issuer.assertion("case", jti=code), **form)).json())


@pytest.fixture
async def desk(tmp_path: Path, database: RedisDatabase) -> AsyncIterator[Desk]:
    issuer = IssuerDesk(tmp_path / "home")
    app = create_issuer(issuer.config.issuer_folder, issuer=issuer.issuer, redirect_uris=redirect_uris(issuer.config))
    async with served(app, port=issuer.config.issuer_port):
        yield Desk(issuer, database)
    await issuer.client.aclose()


@asynccontextmanager
async def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> AsyncIterator[None]:
    now = clock.now
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: now() + timedelta(seconds=seconds))
        yield


async def test_a_session_goes_on_with_a_renewed_token(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    given = await desk.tokens()
    first, ends = str(given["access_token"]), clock.now().timestamp() + float(str(given["expires_in"]))
    drawn = await desk.store.begin(CALLER, HeldTokens(first.encode(), ends, str(given["refresh_token"])))
    request = asked(cookie=f"baoxue-case-session={drawn}")
    assert await desk.callers.tokens.of(request) == first
    async with later(monkeypatch, 290):
        renewed = await desk.callers.tokens.of(request)
        assert renewed not in (None, first)
        assert await desk.callers.tokens.of(request) == renewed, "it is kept"
    claims = jwt.decode(str(renewed), KeySet.import_key_set((await desk.issuer.client.get("/jwks")).json()), ["Ed25519"]).claims
    assert (claims["sub"], claims["office"], claims["roles"]) == ("officer", "/counties/513431", ["officer"])


async def test_nothing_in_redis_is_a_token(desk: Desk) -> None:
    given = await desk.tokens()
    await desk.store.begin(CALLER, HeldTokens(str(given["access_token"]).encode(), 1.0, str(given["refresh_token"])))
    kept = [repr(await desk.database.client.get(name)) for name in desk.database.names()]
    assert kept
    assert all(str(given[token]) not in value for value in kept for token in ("access_token", "refresh_token"))


async def test_a_session_that_ended_has_no_token_and_none_comes_back(desk: Desk) -> None:
    given = await desk.tokens()
    drawn = await desk.store.begin(CALLER, HeldTokens(str(given["access_token"]).encode(), 1.0, str(given["refresh_token"])))
    session = await desk.store.of(drawn)
    assert session is not None
    await desk.store.end(drawn)
    await desk.store.hold(drawn, session, HeldTokens(b"late", 1.0))
    assert await desk.callers.tokens.of(asked(cookie=f"baoxue-case-session={drawn}")) is None
    assert desk.database.names() == []


async def test_a_token_that_cannot_be_renewed_is_none(desk: Desk) -> None:
    for refresh in ("", "made-up"):
        drawn = await desk.store.begin(CALLER, HeldTokens(b"old", 1.0, refresh))
        assert await desk.callers.tokens.of(asked(cookie=f"baoxue-case-session={drawn}")) is None


async def test_a_token_of_the_request_goes_before_the_session(desk: Desk) -> None:
    drawn = await desk.store.begin(CALLER, HeldTokens(b"of-the-session", clock.now().timestamp() + 300))
    assert await desk.callers.tokens.of(asked(cookie=f"baoxue-case-session={drawn}", authorization="Bearer sent")) == "sent"
    assert await SentToken().of(asked()) is None


async def test_a_refresh_token_is_its_clients_alone_and_no_access_token(desk: Desk) -> None:
    refresh = str((await desk.tokens())["refresh_token"])
    assertion = desk.issuer.assertion("reporting", jti="other")
    assert (await desk.issuer.ask(assertion, grant_type="refresh_token", refresh_token=refresh)).status_code == 400
    access = str((await desk.tokens())["access_token"])
    mistaken = await desk.issuer.ask(desk.issuer.assertion("case", jti="mistaken"), grant_type="refresh_token", refresh_token=access)
    assert mistaken.status_code == 400, "an access token renews nothing"
    key = read_key(private_file(desk.issuer.config.issuer_folder, "case"))
    provider = Provider(desk.issuer.issuer, Client("case", key, ""), None)  # type: ignore[arg-type]  # nothing is verified here
    assert (await provider.renew(refresh)).access_token
    assert isinstance(desk.callers.tokens, PersonsTokens)


async def test_a_refresh_token_is_over_after_eight_hours(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    refresh = str((await desk.tokens())["refresh_token"])
    async with later(monkeypatch, 28_801):
        answer = await desk.issuer.ask(desk.issuer.assertion("case", jti="late"), grant_type="refresh_token", refresh_token=refresh)
    assert answer.status_code == 400
