"""The demo's systems get their tokens from the issuer, each with its own key, and renew them before they are over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from deploy.demo.playing.credentials import Issuer, System, TokenDenied
from deploy.demo.playing.retrying import RetryingClient
from deploy.local.issuer.app import create_issuer
from deploy.local.issuer.clients import OFFICERS, private_file, sender_client
from deploy.local.issuer.setup import redirect_uris
from deploy.local.issuer.tokens import ACCESS_SECONDS
from shared import clock
from tests.edges.deploy.issuer_desk import IssuerDesk
from tests.support.served import served


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[IssuerDesk]:
    """An issuer behind a real server."""
    made = IssuerDesk(tmp_path / "home")
    app = create_issuer(made.config.issuer_folder, issuer=made.issuer, redirect_uris=redirect_uris(made.config))
    async with served(app, port=made.config.issuer_port):
        yield made
    await made.client.aclose()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def system(desk: IssuerDesk, http: aiohttp.ClientSession, client_id: str) -> System:
    return System(client_id, http, Issuer(desk.issuer, desk.config.issuer_folder))


async def bearer(system: System) -> str:
    return (await system.headers())["authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize(
    ("client_id", "office", "roles"),
    [(sender_client("/provinces/66"), "/provinces/66", ["sender"]), (OFFICERS, "/nation", ["officer", "superior"])],
)
async def test_each_system_is_its_own_office(desk: IssuerDesk, http: aiohttp.ClientSession, client_id: str, office: str, roles: list[str]) -> None:
    _, claims = await desk.read(await bearer(system(desk, http, client_id)))
    assert (claims["sub"], claims["office"], claims["roles"]) == (client_id, office, roles)


async def test_a_token_is_used_until_a_minute_before_its_end_and_then_renewed(
    desk: IssuerDesk, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    province = system(desk, http, "province-51")
    first = await bearer(province)
    began = clock.seconds()
    monkeypatch.setattr(clock, "seconds", lambda: began + ACCESS_SECONDS - 65)
    assert await bearer(province) == first
    monkeypatch.setattr(clock, "seconds", lambda: began + ACCESS_SECONDS - 59)
    assert await bearer(province) != first


async def test_many_requests_at_once_ask_for_one_token(desk: IssuerDesk, http: aiohttp.ClientSession) -> None:
    province = system(desk, http, "province-51")
    assert len(set(await asyncio.gather(*(bearer(province) for _ in range(20))))) == 1


async def test_a_system_that_the_issuer_does_not_know_is_told_so(desk: IssuerDesk, http: aiohttp.ClientSession) -> None:
    with pytest.raises(TokenDenied, match=r"province-99 has no key.*make up"):
        await system(desk, http, "province-99").headers()
    other = private_file(desk.config.issuer_folder, "province-52").read_text()
    private_file(desk.config.issuer_folder, "province-51").write_text(other)
    with pytest.raises(TokenDenied, match="the issuer gives province-51 no token: 400"):
        await system(desk, http, "province-51").headers()


async def test_a_request_is_repeated_while_the_issuer_is_away(desk: IssuerDesk, http: aiohttp.ClientSession) -> None:
    failed: list[str] = []
    gone = System("province-51", http, Issuer("http://127.0.0.1:9", desk.config.issuer_folder))
    with pytest.raises(Exception, match="in vain"):
        await RetryingClient(http, gone, patience=0.3, failed=failed.append).ask("GET", f"{desk.issuer}/jwks")
    assert failed
