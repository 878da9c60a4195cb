"""A page's service, the issuer that its people sign in at, and a browser between the two."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from fastapi import Depends, FastAPI, Request

from deploy.local.issuer.app import create_issuer
from deploy.local.issuer.clients import private_file
from deploy.local.issuer.setup import redirect_uris
from shared.http.api import bare_api
from shared.http.callers import OPEN, authenticated, caller_of, identify_by
from shared.http.sessions import routes
from shared.http.sessions.settings import SignInSettings
from shared.http.sessions.wiring import callers_of
from shared.identity.caller import Caller
from tests.edges.deploy.issuer_desk import IssuerDesk
from tests.support.redis import RedisDatabase
from tests.support.served import Served, served

SERVICE = "reporting"


def page_service(settings: SignInSettings, database: RedisDatabase) -> FastAPI:
    """Return a service with an open address that tells who asks, one for those who are somebody, and one that changes something."""
    callers = callers_of(settings, database.client, SERVICE)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with callers.identity.running():
            yield

    app = bare_api(title="A page", lifespan=lifespan, before=[Depends(authenticated)])
    identify_by(app, callers.identity)
    routes.install(app, callers.signing_in)

    @app.get("/", openapi_extra=OPEN)
    async def whoever(request: Request) -> dict[str, str | None]:
        caller = caller_of(request)
        return {"office": caller.office if caller else None}

    @app.get("/closed")
    @app.post("/closed")
    async def somebody(caller: Annotated[Caller, Depends(caller_of)]) -> dict[str, str]:
        return {"office": caller.office}

    return app


class Browser:
    """A browser: it keeps cookies, follows what pages say, and names the page that a request comes from."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.AsyncClient(base_url=url)
        self.seen: list[httpx.Response] = []

    async def get(self, address: str) -> httpx.Response:
        answer = await self.http.get(address)
        self.seen.append(answer)
        return answer

    async def post(self, path: str, *, site: str | None = "same-origin", origin: str | None = None) -> httpx.Response:
        named = {"sec-fetch-site": site, "origin": origin}
        return await self.http.post(path, headers={name: value for name, value in named.items() if value is not None})

    async def to_issuer(self, to: str = "/") -> httpx.Response:
        """Click "sign in"; return what leads to the issuer."""
        return await self.get(f"/sign-in?to={to}")

    async def way_back(self, office: str, to: str = "/") -> str:
        """Click "sign in", choose an office; return the address of the way back."""
        at_issuer = (await self.to_issuer(to)).headers["location"]
        assert (await self.get(at_issuer)).status_code == 200
        chosen = await self.http.post(at_issuer, data={"office": office}, headers={"sec-fetch-site": "same-origin"})
        self.seen.append(chosen)
        return str(chosen.headers["location"])

    async def sign_in(self, office: str, to: str = "/") -> httpx.Response:
        """Sign in; return the page that follows."""
        page = await self.get(await self.way_back(office, to))
        assert page.status_code == 200, page.text
        led = re.search(r'content="0;url=([^"]*)"', page.text)
        assert led
        return await self.get(urljoin(self.url, led[1]))

    async def office(self) -> str | None:
        return (await self.get("/")).json()["office"]  # type: ignore[no-any-return]

    def cookie(self, name: str) -> str | None:
        return next((cookie.value for cookie in self.http.cookies.jar if cookie.name == name), None)


class SigningDesk:
    """Both servers, and the settings of the page's."""

    def __init__(self, issuer: IssuerDesk, issuer_server: Served, settings: SignInSettings, database: RedisDatabase) -> None:
        self.issuer, self.issuer_server, self.settings, self.database = issuer, issuer_server, settings, database
        self.url = settings.address
        self._browsers: list[Browser] = []

    def browser(self) -> Browser:
        self._browsers.append(Browser(self.url))
        return self._browsers[-1]

    async def close(self) -> None:
        """Close all browsers."""
        for browser in self._browsers:
            await browser.http.aclose()
        await self.issuer.client.aclose()


@asynccontextmanager
async def signing_desk(home: Path, database: RedisDatabase, **other: object) -> AsyncIterator[SigningDesk]:
    """Run both."""
    issuer = IssuerDesk(home)
    config = issuer.config
    key = private_file(config.issuer_folder, SERVICE)
    told = {"issuer": issuer.issuer, "client_id": SERVICE, "client_key_file": key, "address": config.api_url(SERVICE)} | other
    settings = SignInSettings.model_validate(told)
    app = create_issuer(config.issuer_folder, issuer=issuer.issuer, redirect_uris=redirect_uris(config))
    async with (
        served(app, port=config.issuer_port) as issuer_server,
        served(page_service(settings, database), port=config.port_of(SERVICE)),
    ):
        desk = SigningDesk(issuer, issuer_server, settings, database)
        try:
            yield desk
        finally:
            await desk.close()


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
