"""`python -m deploy.keycloak.check URL`: go through the realm's flows against a real Keycloak that has imported it, and say what each gave.

The password of its administrator is the first line of standard input. The realm is changed: a key is set for the province's client, and a
password for the officer. So this is for a Keycloak that was started to be tried. What it gives is judged by the code that judges it in an api.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import sys
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from joserfc.jwk import ECKey

from shared.http.sessions.provider import Client, Provider
from shared.http.sessions.store import SignIn
from shared.identity.caller import Role
from shared.identity.keys import DISCOVERY, IssuerKeys
from shared.identity.tokens import TokenVerifier
from shared.settings import ALGORITHMS

PEOPLE, SYSTEM = "baoxue-pages", "province-51"
REDIRECT = "http://127.0.0.1:8000/signed-in"
SHORT = 300
"""Seconds that a token lives at most."""


class Wrong(Exception):
    """A flow did not give what it must. The message says what it gave."""


def expect(what: str, right: bool, seen: object) -> None:
    """Say that something is as it must be. Raises `Wrong` where it is not."""
    if not right:
        raise Wrong(f"{what}: {seen}")
    sys.stdout.write(f"{what}: as it must be\n")


async def check(url: str, password: str) -> None:
    """Go through everything. Raises `Wrong`."""
    realm = f"{url}/realms/baoxue"
    verifier = TokenVerifier(IssuerKeys(realm), issuer=realm, audience="baoxue", algorithms=ALGORITHMS)
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        found = (await http.get(f"{realm}{DISCOVERY}")).raise_for_status().json()
        expect("discovery", found["issuer"] == realm and "S256" in found["code_challenge_methods_supported"], found)
        admin = Admin(http, url)
        await admin.log_in(password)
        await _systems(http, admin, realm, verifier)
        await _people(http, admin, realm, verifier)


class Admin:
    """The administrator of the realm."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http, self._url, self._realm, self._bearer = http, url, f"{url}/admin/realms/baoxue", {"Authorization": ""}

    async def log_in(self, password: str) -> None:
        told = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": password}
        answer = await self._http.post(f"{self._url}/realms/master/protocol/openid-connect/token", data=told)
        self._bearer["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"

    async def set_key(self, client: str, key: Mapping[str, object]) -> None:
        [found] = await self._get("clients", clientId=client)
        found["attributes"] |= {"use.jwks.url": "false", "use.jwks.string": "true", "jwks.string": json.dumps({"keys": [key]})}
        await self._put(f"clients/{found['id']}", found)

    async def set_password(self, user: str, password: str) -> None:
        [found] = await self._get("users", username=user, exact="true")
        await self._put(f"users/{found['id']}", {**found, "requiredActions": []})
        await self._put(f"users/{found['id']}/reset-password", {"type": "password", "value": password, "temporary": False})

    async def _get(self, what: str, **asked: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._http.get(f"{self._realm}/{what}", params=asked, headers=self._bearer)).raise_for_status().json()
        return found

    async def _put(self, what: str, document: object) -> None:
        (await self._http.put(f"{self._realm}/{what}", json=document, headers=self._bearer)).raise_for_status()


async def _systems(http: httpx.AsyncClient, admin: Admin, realm: str, verifier: TokenVerifier) -> None:
    key = ECKey.generate_key("P-256", {"kid": "of-the-province", "alg": "ES256", "use": "sig"})
    await admin.set_key(SYSTEM, dict(key.as_dict(private=False)))
    token_url = f"{realm}/protocol/openid-connect/token"

    def asserted(audience: str) -> dict[str, str]:
        assertion = private_key_jwt_sign(key, SYSTEM, audience, alg="ES256", expires_in=60)
        said = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return {"grant_type": "client_credentials", "client_id": SYSTEM, **said}

    told = asserted(realm)
    answer = await http.post(token_url, data=told)
    expect("a system gets a token by private_key_jwt", answer.status_code == httpx.codes.OK, answer.text)
    await _judge("its token", answer.json()["access_token"], verifier, SYSTEM, "/provinces/51", Role.SENDER)
    secret = {"grant_type": "client_credentials", "client_id": SYSTEM, "client_secret": "x"}
    refused = {
        "the same assertion a second time": told,
        "one for another audience": asserted("https://elsewhere.example"),
        "a secret in its place": secret,
    }
    for what, said in refused.items():
        answer = await http.post(token_url, data=said)
        expect(f"{what} is refused", answer.status_code in (400, 401), answer.text)


async def _people(http: httpx.AsyncClient, admin: Admin, realm: str, verifier: TokenVerifier) -> None:
    password = secrets.token_urlsafe(24)
    await admin.set_password("officer-513431", password)
    asked = {"client_id": PEOPLE, "response_type": "code", "redirect_uri": REDIRECT, "scope": "openid", "state": "s"}
    without = await http.get(f"{realm}/protocol/openid-connect/auth", params=asked)
    expect("a code without PKCE is refused", "code_challenge_method" in unescape(without.headers.get("location", "")), without.headers)
    elsewhere = await http.get(f"{realm}/protocol/openid-connect/auth", params={**asked, "redirect_uri": "https://elsewhere.example/"})
    expect("an address that is not ours is refused", elsewhere.status_code == httpx.codes.BAD_REQUEST, elsewhere.status_code)

    provider = Provider(realm, Client(PEOPLE, None, REDIRECT), verifier)
    sign_in = SignIn(state=secrets.token_hex(8), nonce=secrets.token_hex(8), verifier=secrets.token_urlsafe(48), to="/")
    page = (await http.get(await provider.sign_in_url(sign_in))).raise_for_status().text
    action = re.search(r'action="([^"]+)"', page)
    if action is None:
        raise Wrong(f"there is no form to sign in: {page[:300]}")
    # Its cookies are for TLS alone, which a Keycloak on loopback has not: they are sent all the same here.
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in http.cookies.jar)
    signed_in = await http.post(unescape(action[1]), data={"username": "officer-513431", "password": password}, headers={"Cookie": cookies})
    way_back = signed_in.headers.get("location", "")
    expect("an officer signs in", signed_in.status_code == httpx.codes.FOUND and way_back.startswith(REDIRECT), signed_in.status_code)
    sent = parse_qs(urlsplit(way_back).query)
    expect("the way back names the issuer and the sign-in", (sent["iss"], sent["state"]) == ([realm], [sign_in.state]), sent)
    tokens = await provider.redeem(sent["code"][0], sign_in)
    caller = await _judge("an officer's token", tokens.access_token.decode(), verifier, PEOPLE, "/counties/513431", Role.OFFICER)
    await provider.check_id_token(tokens.id_token, sign_in.nonce, caller)
    expect("the id token is of this sign-in and this officer", right=True, seen="")
    again = {
        "grant_type": "authorization_code",
        "client_id": PEOPLE,
        "redirect_uri": REDIRECT,
        "code": sent["code"][0],
        "code_verifier": sign_in.verifier,
    }
    answer = await http.post(f"{realm}/protocol/openid-connect/token", data=again)
    expect("a code is taken once", answer.status_code == httpx.codes.BAD_REQUEST, answer.text)
    expect("people are led out through the issuer", str(await provider.sign_out_url("/")).startswith(realm), "")


async def _judge(what: str, token: str, verifier: TokenVerifier, client: str, office: str, role: Role) -> str:
    """Check a token as an api does, and what no api looks at. Return its subject."""
    caller = await verifier.caller_of(token.encode())
    expect(f"{what} is taken by an api as that of {office}, {role}", (caller.office, role in caller.roles) == (office, True), caller)
    read = await verifier.signed(token.encode())
    expect(f"{what} is of RFC 9068, by ES256", (read.header["typ"], read.header["alg"]) == ("at+jwt", "ES256"), read.header)
    claims = read.claims
    expect(f"{what} has what RFC 9068 asks for", "jti" in claims and claims.get("client_id") == client, claims)
    expect(f"{what} is short-lived", claims["exp"] - claims["iat"] <= SHORT, claims)
    return caller.sub


if __name__ == "__main__":
    asyncio.run(check(sys.argv[1].rstrip("/"), sys.stdin.readline().strip()))
