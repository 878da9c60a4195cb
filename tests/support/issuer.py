"""A little issuer: a server that tells of itself and of its keys, which a test rotates, spoils and takes away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Response
from joserfc.jwk import Key

from shared.identity.keys import DISCOVERY
from tests.support.served import served


class LittleIssuer:
    """What it answers, and how often it was asked for its keys."""

    def __init__(self, *keys: Key) -> None:
        self.url = ""
        self.keys: list[dict[str, Any]] = [dict(key.as_dict(private=False)) for key in keys]
        self.said: dict[str, Any] = {}
        self.body: bytes | None = None
        self.status = 200
        self.location = "/keys"
        self.asked = 0
        self.pause = 0.0

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)

        @app.get(DISCOVERY)
        async def discovery() -> dict[str, Any]:
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.said}

        @app.get("/keys")
        async def keys() -> Response:
            self.asked += 1
            await asyncio.sleep(self.pause)
            body = json.dumps({"keys": self.keys}).encode() if self.body is None else self.body
            return Response(body, self.status, {"location": self.location}, "application/json")

        return app

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        async with served(self.app()) as server:
            self.url = server.url
            yield
