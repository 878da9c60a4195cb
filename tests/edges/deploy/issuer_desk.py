"""An issuer over a folder of its own, and the clients that ask it."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from deploy.local.config import StackConfig
from deploy.local.issuer import clients, setup
from deploy.local.issuer.app import create_issuer
from deploy.local.issuer.tokens import now

VERIFIER = "a-verifier-of-pkce-that-is-long-enough-for-it-43-characters"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class IssuerDesk:
    """An issuer without a server, and what its clients send."""

    def __init__(self, home: Path) -> None:
        self.config = StackConfig.on_free_ports(home)
        setup.prepare(self.config)
        self.issuer = self.config.issuer_url
        self.back = setup.redirect_uris(self.config)["reporting"]
        self.start()

    def start(self) -> None:
        """Start it, again too: as after a kill, only what is in the folder is left."""
        app = create_issuer(self.config.issuer_folder, issuer=self.issuer, redirect_uris=setup.redirect_uris(self.config))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=self.issuer)

    def key_of(self, client_id: str) -> OKPKey:
        return OKPKey.import_key(json.loads(clients.private_file(self.config.issuer_folder, client_id).read_text()))

    def claims(self, client_id: str, **other: Any) -> dict[str, Any]:
        at = now()
        claims = {"iss": client_id, "sub": client_id, "aud": f"{self.issuer}/token", "iat": at, "exp": at + 60, "jti": f"{client_id}-{at}"}
        return {name: value for name, value in (claims | other).items() if value is not None}

    def assertion(self, client_id: str, *, key: OKPKey | None = None, **other: Any) -> str:
        return jwt.encode({"alg": "Ed25519"}, self.claims(client_id, **other), key or self.key_of(client_id), ["Ed25519"])

    async def ask(self, assertion: str, **form: str) -> httpx.Response:
        asked = {"grant_type": "client_credentials", "client_assertion_type": _ASSERTION, "client_assertion": assertion} | form
        return await self.client.post("/token", data=asked)

    def query(self, **other: str) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": "reporting",
            "redirect_uri": self.back,
            "scope": "openid",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (asked | other).items() if value}

    async def sign_in(self, office: str = "officer", **other: str) -> httpx.Response:
        return await self.client.post("/authorize", params=self.query(**other), data={"office": office})

    async def code(self, office: str = "officer") -> str:
        return parse_qs(urlsplit((await self.sign_in(office)).headers["location"]).query)["code"][0]

    async def redeem(self, code: str, **other: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back, "code_verifier": VERIFIER} | other
        return await self.ask(self.assertion("reporting", jti=f"redeem-{code}-{other}"), **{name: value for name, value in form.items() if value})

    async def keys(self) -> KeySet:
        return KeySet.import_key_set((await self.client.get("/jwks")).json())

    async def read(self, token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return the header and the claims of a token that one of the published keys signed."""
        read = jwt.decode(token, await self.keys(), ["Ed25519"])
        return read.header, read.claims


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


NewDesk = Callable[[], IssuerDesk]
