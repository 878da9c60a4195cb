"""`python -m deploy.keycloak.check URL`: go through the realm's flows against a real Keycloak that has imported it, and say what each gave.

The password of its administrator is the first line of standard input. The realm is changed: a key is set for the province's client, and a
password for the officer. So this is for a Keycloak that was started to be tried. `openssl` makes the keys and signs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import subprocess
import sys
import tempfile
import time
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

REDIRECT = "http://127.0.0.1:8000/signed-in"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Wrong(Exception):
    """A flow did not give what it must. The message says what it gave."""


def encoded(data: bytes | dict[str, Any]) -> str:
    """Return bytes, or a document, as the parts of a token are written."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a token, which nobody verifies here."""
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in token.split(".")[:2])
    return header, claims


class Key:
    """A key of a client, on the curve P-256."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "key.pem"
        self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(self._file))
        point = self._openssl("ec", "-in", str(self._file), "-pubout", "-outform", "DER")[-64:]
        self.public = {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "of-the-province"}
        self.public |= {"x": encoded(point[:32]), "y": encoded(point[32:])}

    def assertion(self, client: str, audience: str) -> str:
        now = int(time.time())
        claims = {"iss": client, "sub": client, "aud": audience, "iat": now, "exp": now + 60, "jti": secrets.token_hex(16)}
        signed = f"{encoded({'alg': 'ES256', 'kid': self.public['kid'], 'typ': 'JWT'})}.{encoded(claims)}"
        der = self._openssl("dgst", "-sha256", "-sign", str(self._file), told=signed.encode())
        # Two numbers of ASN.1, which a token has side by side in 32 bytes each.
        first = 4 + der[3]
        numbers = der[4:first], der[first + 2 :]
        return f"{signed}.{encoded(b''.join(number.lstrip(bytes(1)).rjust(32, bytes(1)) for number in numbers))}"

    def _openssl(self, *words: str, told: bytes = b"") -> bytes:
        return subprocess.run(["openssl", *words], input=told, capture_output=True, check=True).stdout


def check(url: str, password: str, folder: Path) -> None:
    """Go through everything. Raises `Wrong`."""
    realm = f"{url}/realms/baoxue"
    with httpx.Client(timeout=30) as http:
        found = http.get(f"{realm}/.well-known/openid-configuration").raise_for_status().json()
        expect("discovery", found["issuer"] == realm and "S256" in found["code_challenge_methods_supported"], found)
        admin = Admin(http, url, password)
        _systems(http, admin, realm, Key(folder))
        _people(http, admin, realm)


def expect(what: str, right: bool, seen: object) -> None:
    """Say that something is as it must be. Raises `Wrong` where it is not."""
    if not right:
        raise Wrong(f"{what}: {seen}")
    sys.stdout.write(f"{what}: as it must be\n")


class Admin:
    """The administrator of the realm."""

    def __init__(self, http: httpx.Client, url: str, password: str) -> None:
        told = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": password}
        token = http.post(f"{url}/realms/master/protocol/openid-connect/token", data=told).raise_for_status().json()["access_token"]
        self._http, self._realm, self._bearer = http, f"{url}/admin/realms/baoxue", {"Authorization": f"Bearer {token}"}

    def set_key(self, client: str, key: dict[str, str]) -> None:
        [found] = self._http.get(f"{self._realm}/clients", params={"clientId": client}, headers=self._bearer).raise_for_status().json()
        found["attributes"] |= {"use.jwks.url": "false", "use.jwks.string": "true", "jwks.string": json.dumps({"keys": [key]})}
        self._http.put(f"{self._realm}/clients/{found['id']}", json=found, headers=self._bearer).raise_for_status()

    def set_password(self, user: str, password: str) -> None:
        [found] = self._http.get(f"{self._realm}/users", params={"username": user, "exact": "true"}, headers=self._bearer).raise_for_status().json()
        self._http.put(f"{self._realm}/users/{found['id']}", json={**found, "requiredActions": []}, headers=self._bearer).raise_for_status()
        credential = {"type": "password", "value": password, "temporary": False}
        self._http.put(f"{self._realm}/users/{found['id']}/reset-password", json=credential, headers=self._bearer).raise_for_status()


def _systems(http: httpx.Client, admin: Admin, realm: str, key: Key) -> None:
    admin.set_key("province-51", key.public)
    told = {"grant_type": "client_credentials", "client_id": "province-51", "client_assertion_type": ASSERTION}
    told["client_assertion"] = key.assertion("province-51", realm)
    answer = http.post(f"{realm}/protocol/openid-connect/token", data=told)
    expect("a system gets a token by private_key_jwt", answer.status_code == 200, answer.text)
    _judge("its token", answer.json()["access_token"], realm, "province-51", "/provinces/51", "sender")
    again = http.post(f"{realm}/protocol/openid-connect/token", data=told)
    expect("the same assertion a second time is refused", again.status_code in (400, 401), again.text)
    other = {**told, "client_assertion": key.assertion("province-51", "https://elsewhere.example")}
    expect("one for another audience is refused", http.post(f"{realm}/protocol/openid-connect/token", data=other).status_code in (400, 401), other)
    secret = {"grant_type": "client_credentials", "client_id": "province-51", "client_secret": "x"}
    expect("a secret in its place is refused", http.post(f"{realm}/protocol/openid-connect/token", data=secret).status_code in (400, 401), secret)


def _people(http: httpx.Client, admin: Admin, realm: str) -> None:
    password = secrets.token_urlsafe(24)
    admin.set_password("officer-513431", password)
    asked = {"client_id": "baoxue-pages", "response_type": "code", "redirect_uri": REDIRECT, "scope": "openid", "state": "s"}
    without = http.get(f"{realm}/protocol/openid-connect/auth", params=asked)
    expect("a code without PKCE is refused", "code_challenge_method" in unescape(without.headers.get("location", "")), without.headers)
    verifier = secrets.token_urlsafe(48)
    asked |= {"code_challenge_method": "S256", "code_challenge": encoded(hashlib.sha256(verifier.encode()).digest())}
    page = http.get(f"{realm}/protocol/openid-connect/auth", params=asked).raise_for_status().text
    action = re.search(r'action="([^"]+)"', page)
    if action is None:
        raise Wrong(f"there is no form to sign in: {page[:300]}")
    # Its cookies are for TLS alone, which a Keycloak on loopback has not: they are sent all the same here.
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in http.cookies.jar)
    signed_in = http.post(unescape(action[1]), data={"username": "officer-513431", "password": password}, headers={"Cookie": cookies})
    expect("an officer signs in", signed_in.status_code == 302 and signed_in.headers["location"].startswith(REDIRECT), signed_in.status_code)
    code = parse_qs(urlsplit(signed_in.headers["location"]).query)["code"][0]
    told = {"grant_type": "authorization_code", "client_id": "baoxue-pages", "redirect_uri": REDIRECT, "code": code, "code_verifier": verifier}
    answer = http.post(f"{realm}/protocol/openid-connect/token", data=told)
    expect("the code is taken with its verifier", answer.status_code == 200, answer.text)
    _judge("an officer's token", answer.json()["access_token"], realm, "baoxue-pages", "/counties/513431", "officer")
    expect("a code is taken once", http.post(f"{realm}/protocol/openid-connect/token", data=told).status_code == 400, "")
    elsewhere = http.get(f"{realm}/protocol/openid-connect/auth", params={**asked, "redirect_uri": "https://elsewhere.example/"})
    expect("an address that is not ours is refused", elsewhere.status_code == 400, elsewhere.status_code)


def _judge(what: str, token: str, realm: str, client: str, office: str, role: str) -> None:
    header, claims = opened(token)
    expect(f"{what} is of RFC 9068, by ES256", (header["typ"], header["alg"]) == ("at+jwt", "ES256"), header)
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    expect(f"{what} is from the realm for baoxue", claims["iss"] == realm and "baoxue" in audience, claims)
    named = {"sub", "exp", "iat", "jti", "client_id"}
    expect(f"{what} has what RFC 9068 asks for", named <= claims.keys() and claims["client_id"] == client, claims)
    expect(f"{what} is short-lived", claims["exp"] - claims["iat"] <= 300, claims)
    expect(f"{what} names office and role", claims.get("office") == office and role in claims.get("roles", ()), claims)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        check(sys.argv[1].rstrip("/"), sys.stdin.readline().strip(), Path(folder))
