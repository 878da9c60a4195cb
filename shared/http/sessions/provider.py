"""The issuer as a service with pages asks it: where people sign in, and what came of it (OpenID Connect, code flow with PKCE)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from shared import clock
from shared.http.sessions.store import SignIn
from shared.identity.keys import DISCOVERY, read_document
from shared.identity.tokens import TokenRefused, TokenVerifier
from shared.settings import is_on_this_machine

_PATIENCE = 10.0
_KEPT_SECONDS = 300.0
_ASSERTION_SECONDS = 60


class ProviderAway(Exception):
    """The issuer does not answer, or not what it must. The message says what it did."""


class SignInRefused(Exception):
    """The issuer signed nobody in, or what it sent proves nothing. The message says why, and repeats nothing of it."""


class Client(NamedTuple):
    """A service at the issuer. ``key``: None for a public client."""

    client_id: str
    key: Key | None
    redirect_uri: str


class Tokens(NamedTuple):
    """What the issuer sent of somebody who signed in. ``refresh_token``: "" where it gives none; ``expires_in``: seconds, 0 where it does not say."""

    access_token: bytes
    id_token: str
    refresh_token: str = ""
    expires_in: float = 0.0


class Provider:
    """The issuer of one service's people."""

    def __init__(self, issuer: str, client: Client, verifier: TokenVerifier, *, address: str = "") -> None:
        """``address``: as `IssuerKeys` has it."""
        self.issuer, self._described_below, self._client, self._verifier = issuer, address or issuer, client, verifier
        self._described: Mapping[str, Any] = {}
        self._described_at = float("-inf")

    async def sign_in_url(self, sign_in: SignIn) -> str:
        """Return where a person signs in. Raises ``ProviderAway``."""
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "scope": "openid",
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "code_challenge": create_s256_code_challenge(sign_in.verifier),
            "code_challenge_method": "S256",
        }
        return _with(await self._address("authorization_endpoint"), asked)

    async def sign_out_url(self, to: str) -> str | None:
        """Return where the issuer ends its own session of a person, and leads on; None where it has none. Raises ``ProviderAway``."""
        address = (await self._description()).get("end_session_endpoint")
        # Without the id token, which would say whom: no token goes through the browser. The issuer may ask the person.
        asked = {"client_id": self._client.client_id, "post_logout_redirect_uri": to}
        return _with(address, asked) if isinstance(address, str) else None

    async def redeem(self, code: str, sign_in: SignIn) -> Tokens:
        """Return the tokens of whoever signed in with a code. Raises ``ProviderAway`` and ``SignInRefused``."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._client.redirect_uri, "code_verifier": sign_in.verifier}
        return await self._ask(form)

    async def renew(self, refresh_token: str) -> Tokens:
        """Return new tokens of somebody who signed in before; without an id token. Raises ``ProviderAway`` and ``SignInRefused``."""
        return await self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _ask(self, asked: Mapping[str, str]) -> Tokens:
        address = await self._address("token_endpoint")
        form = {**asked, "client_id": self._client.client_id}
        if (key := self._client.key) is not None:
            algorithm = str(key.get("alg") or "Ed25519")
            assertion = private_key_jwt_sign(key, self._client.client_id, address, alg=algorithm, expires_in=_ASSERTION_SECONDS)
            form |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=not is_on_this_machine(address)) as client:
                answer = await client.post(address, data=form, headers={"Accept": "application/json"})
        except httpx.HTTPError as error:
            raise ProviderAway(type(error).__name__) from error
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderAway(f"it answered {answer.status_code}")
        try:
            sent = answer.json()
            id_token = str(sent["id_token"] if "code" in asked else "")
            tokens = Tokens(
                str(sent["access_token"]).encode("ascii"), id_token, str(sent.get("refresh_token") or ""), float(sent.get("expires_in") or 0)
            )
        except (ValueError, KeyError, TypeError) as error:
            raise SignInRefused("The issuer does not take the code.") from error
        return tokens

    async def check_id_token(self, id_token: str, nonce: str, subject: str) -> None:
        """Check that an id token is of this issuer, for this service, of this sign-in and this person, and alive. Raises ``SignInRefused``."""
        try:
            claims = (await self._verifier.signed(id_token.encode("ascii", "replace"))).claims
        except TokenRefused as refused:
            raise SignInRefused(str(refused)) from refused
        audiences = claims.get("aud")
        if claims.get("iss") != self.issuer or self._client.client_id not in (audiences if isinstance(audiences, list) else [audiences]):
            raise SignInRefused("The id token is not for this service.")
        if isinstance(audiences, list) and len(audiences) > 1 and claims.get("azp") != self._client.client_id:
            raise SignInRefused("The id token was made for another service.")
        if claims.get("nonce") != nonce or claims.get("sub") != subject:
            raise SignInRefused("The id token is of another sign-in.")
        ends = claims.get("exp")
        if not isinstance(ends, int | float) or ends <= clock.now().timestamp():
            raise SignInRefused("The id token is over.")

    async def _address(self, name: str) -> str:
        address = (await self._description()).get(name)
        if not isinstance(address, str):
            raise ProviderAway(f"its description names no {name}")
        return address

    async def _description(self) -> Mapping[str, Any]:
        if clock.seconds() - self._described_at > _KEPT_SECONDS:
            try:
                async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=not is_on_this_machine(self._described_below)) as client:
                    described = await read_document(client, self._described_below.rstrip("/") + DISCOVERY)
            except (httpx.HTTPError, ValueError) as error:
                raise ProviderAway(str(error) or type(error).__name__) from error
            if described.get("issuer") != self.issuer:
                raise ProviderAway("its description is of another issuer")
            self._described, self._described_at = described, clock.seconds()
        return self._described


def read_key(file: Path) -> Key:
    """Return the private key in a file, a JWK. Raises ``OSError`` and ``ValueError``."""
    text = file.read_text("utf-8")
    try:
        key = JWKRegistry.import_key(json.loads(text))
    except (JoseError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{file} holds no private key as a JWK") from error
    if not key.is_private:
        raise ValueError(f"{file} holds no private key, but a public one")
    return key


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
