"""The tokens of the demo's systems: each system proves itself to the issuer with its own key, and renews its token before it is over."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import aiohttp
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from joserfc.jwk import OKPKey
from msgspec import Struct
from msgspec import json as msgspec_json

from deploy.local.issuer.clients import private_file
from deploy.local.issuer.keys import ALGORITHM
from shared import clock

_RENEWED_BEFORE = 60.0
"""Seconds before its end from which a token is not used any more: a request may be repeated for a while."""
_ASSERTION_SECONDS = 60


class Issuer(NamedTuple):
    """Where the issuer is, and the folder that holds the keys of its clients."""

    url: str
    folder: Path


class TokenDenied(Exception):
    """The issuer gives a system no token. The message says which system, and what the issuer says."""


class Credentials(Protocol):
    """What proves who sends a request."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers that prove it now."""


class _Token(Struct):
    access_token: str
    expires_in: float


_read = msgspec_json.Decoder(_Token).decode


class System:
    """A system at the issuer: its token, renewed when it is needed."""

    def __init__(self, client_id: str, client: aiohttp.ClientSession, issuer: Issuer) -> None:
        self._id, self._client, self._issuer = client_id, client, issuer
        self._key: OKPKey | None = None
        self._held: tuple[Mapping[str, str], float] | None = None
        self._renewing = asyncio.Lock()

    async def headers(self) -> Mapping[str, str]:
        """Return the header of a request. Raises ``TokenDenied``, and one of ``UNREACHABLE`` while the issuer is."""
        async with self._renewing:
            if self._held is None or clock.seconds() >= self._held[1]:
                self._held = await self._renewed()
            return self._held[0]

    async def _renewed(self) -> tuple[Mapping[str, str], float]:
        asked = clock.seconds()
        if self._key is None:
            try:
                self._key = OKPKey.import_key(json.loads(private_file(self._issuer.folder, self._id).read_text("utf-8")))
            except OSError as error:
                raise TokenDenied(f"{self._id} has no key: {error}; `make up` makes the keys of the embedded stack") from error
        address = f"{self._issuer.url}/token"
        assertion = private_key_jwt_sign(self._key, self._id, address, alg=ALGORITHM, expires_in=_ASSERTION_SECONDS)
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        async with self._client.post(address, data=form) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise TokenDenied(f"the issuer gives {self._id} no token: {answer.status} {body.decode(errors='replace')[:300]}")
        token = _read(body)
        return {"authorization": f"Bearer {token.access_token}"}, asked + token.expires_in - _RENEWED_BEFORE
