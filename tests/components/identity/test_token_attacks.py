"""Tokens that prove nothing: made up, altered, of another time or for another end. Each is a 401 that says why, and none of it is repeated."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe, jws, jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from shared import clock
from shared.identity.tokens import LONGEST
from tests.components.shared.problems import problem_of
from tests.support.callers import ALL_ROLES, AUDIENCE, ISSUER, KEY, claims, identity, signed
from tests.support.small_api import small_api

EC = ECKey.generate_key("P-256", {"kid": "ec", "alg": "ES256"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
RS256_ONLY = RSAKey.import_key({**RSA.as_dict(private=True), "kid": "rs256", "alg": "RS256"})
OTHER = OKPKey.generate_key("Ed25519", {"kid": "of-the-tests"})
DAY = 86_400
CRITICAL = {"alg": "EdDSA", "typ": "at+jwt", "kid": KEY.kid, "crit": ["b64"], "b64": False}


def client(*keys: Key) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(small_api(identity(*(keys or (KEY, EC, RSA, RS256_ONLY))))), base_url="http://localhost")


async def asked(token: str | bytes, *keys: Key) -> httpx.Response:
    async with client(*keys) as asking:
        value = token if isinstance(token, bytes) else token.encode()
        return await asking.get("/v1/closed", headers=[(b"authorization", b"Bearer " + value)])


def now() -> int:
    return int(clock.now().timestamp())


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def hs256_with_the_public_key() -> str:
    public = RSA.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return forged({"alg": "HS256", "typ": "at+jwt", "kid": "rsa"}, public)


def forged(header: dict[str, Any], secret: bytes, said: dict[str, Any] | None = None) -> str:
    signing = f"{part(header)}.{part(said or claims())}"
    signature = base64.urlsafe_b64encode(hmac.new(secret, signing.encode(), hashlib.sha256).digest()).rstrip(b"=")
    return f"{signing}.{signature.decode()}"


def altered(change: Callable[[list[str]], object]) -> str:
    parts = signed(claims("/counties/513431", "officer")).split(".")
    change(parts)
    return ".".join(parts)


def encrypted() -> str:
    return jwe.encrypt_compact({"alg": "RSA-OAEP", "enc": "A128GCM", "kid": "rsa"}, json.dumps(claims()).encode(), RSA)


BAD: dict[str, Callable[[], str]] = {
    "alg none": lambda: f"{part({'alg': 'none', 'typ': 'at+jwt', 'kid': KEY.kid})}.{part(claims())}.",
    "alg none with a signature": lambda: f"{part({'alg': 'none', 'typ': 'at+jwt', 'kid': KEY.kid})}.{part(claims())}.AAAA",
    "alg NONE": lambda: f"{part({'alg': 'NoNe', 'typ': 'at+jwt', 'kid': KEY.kid})}.{part(claims())}.AAAA",
    "HS256 with the public key": hs256_with_the_public_key,
    "HS256 with an empty key": lambda: forged({"alg": "HS256", "typ": "at+jwt", "kid": KEY.kid}, b""),
    "HS256 under the kid of a key of its own": lambda: jwt.encode(
        {"alg": "HS256", "typ": "at+jwt", "kid": "oct"}, claims(), OctKey.generate_key(256, {"kid": "oct"})
    ),
    "a key of somebody else under a kid of the issuer": lambda: signed(claims(), OTHER),
    "a kid that the issuer does not have": lambda: signed(claims(), kid="another"),
    "no kid": lambda: signed(claims(), kid=None),
    "a kid that is no text": lambda: altered(
        lambda parts: parts.__setitem__(0, part({"alg": "EdDSA", "typ": "at+jwt", "kid": ["of-the-tests"]}))
    ),
    "an algorithm that is not the key's": lambda: f"{part({'alg': 'RS256', 'typ': 'at+jwt', 'kid': 'ec'})}.{part(claims())}.AAAA",
    "another algorithm of the same kind than the key is for": lambda: signed(claims(), RSA, alg="PS256", kid="rs256"),
    "a key of its own in jwk": lambda: signed(claims(), OTHER, jwk=OTHER.as_dict(private=False)),
    "a key elsewhere in jku": lambda: signed(claims(), OTHER, jku="https://evil.test/keys"),
    "a certificate elsewhere in x5u": lambda: signed(claims(), OTHER, x5u="https://evil.test/cert", x5t="AAAA"),
    "something critical that is not known": lambda: f"{part(CRITICAL)}.{part(claims())}.AAAA",
    "an id token": lambda: signed(claims(), typ="JWT"),
    "a logout token": lambda: signed(claims(), typ="logout+jwt"),
    "no typ": lambda: signed(claims(), typ=None),
    "another issuer": lambda: signed({**claims(), "iss": "https://evil.test"}),
    "an issuer that begins alike": lambda: signed({**claims(), "iss": ISSUER + "/"}),
    "no issuer": lambda: signed({k: v for k, v in claims().items() if k != "iss"}),
    "another audience": lambda: signed({**claims(), "aud": "account"}),
    "an audience that holds ours": lambda: signed({**claims(), "aud": f"not-{AUDIENCE}"}),
    "other audiences": lambda: signed({**claims(), "aud": ["account", "broker"]}),
    "no audience": lambda: signed({k: v for k, v in claims().items() if k != "aud"}),
    "expired": lambda: signed({**claims(), "iat": now() - 600, "exp": now() - 1}),
    "of tomorrow": lambda: signed({**claims(), "iat": now() + DAY, "exp": now() + DAY + 600}),
    "not yet": lambda: signed({**claims(), "nbf": now() + 600}),
    "without an end": lambda: signed({k: v for k, v in claims().items() if k != "exp"}),
    "without a beginning": lambda: signed({k: v for k, v in claims().items() if k != "iat"}),
    "an end that is a text": lambda: signed({**claims(), "exp": str(now() + 600)}),
    "an end that is no number": lambda: signed({**claims(), "exp": float("nan")}),
    "an end that never comes": lambda: signed({**claims(), "exp": float("inf")}),
    "an end that is true": lambda: signed({**claims(), "exp": True}),
    "good for longer than a day": lambda: signed(claims(minutes=24 * 60 + 1)),
    "no subject": lambda: signed({**claims(), "sub": ""}),
    "a subject that is no text": lambda: signed({**claims(), "sub": 7}),
    "a subject without an end": lambda: signed({**claims(), "sub": "x" * 300}),
    "no office": lambda: signed({k: v for k, v in claims().items() if k != "office"}),
    "an office that is none": lambda: signed({**claims(), "office": "/counties/999999"}),
    "an office with more behind it": lambda: signed({**claims(), "office": "/counties/513431\n"}),
    "several offices": lambda: signed({**claims(), "office": ["/nation", "/counties/513431"]}),
    "roles that are a text": lambda: signed({**claims(), "roles": "auditor sender"}),
    "roles that are numbers": lambda: signed({**claims(), "roles": [1]}),
    "claims that are an array": lambda: jws.serialize_compact({"alg": "ES256", "typ": "at+jwt", "kid": "ec"}, b"[1]", EC),
    "a changed office": lambda: altered(lambda parts: parts.__setitem__(1, part(claims("/nation", *ALL_ROLES)))),
    "a changed signature": lambda: altered(lambda parts: parts.__setitem__(2, parts[2][:-4] + "AAAA")),
    "no signature": lambda: altered(lambda parts: parts.__setitem__(2, "")),
    "two parts": lambda: altered(lambda parts: parts.pop()),
    "an unsigned part behind": lambda: altered(lambda parts: parts.append(part({"office": "/nation"}))),
    "encrypted": encrypted,
    "a JSON object": lambda: json.dumps({"payload": part(claims()), "signatures": []}),
    "padding": lambda: altered(lambda parts: parts.__setitem__(2, parts[2] + "==")),
    "blanks within": lambda: altered(lambda parts: parts.__setitem__(1, parts[1][:5] + " " + parts[1][5:])),
    "nothing": lambda: "",
    "a header that is no JSON": lambda: f"AAAA.{part(claims())}.AAAA",
    "a header of another length": lambda: f"A.{part(claims())}.AAAA",
    "huge": lambda: signed({**claims(), "more": "x" * LONGEST}),
}  # fmt: skip


@pytest.mark.parametrize("attack", BAD)
async def test_a_token_that_proves_nothing_is_refused(attack: str) -> None:
    token = BAD[attack]()
    answer = await asked(token)
    assert (answer.status_code, problem_of(answer)) == (401, "invalid-token")
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith('Bearer realm="baoxue", error="invalid_token", error_description="')
    assert "\n" not in challenge
    for told in (answer.text, challenge):
        assert not any(len(piece) > 8 and piece in told for piece in (*token.split("."), "evil.test", "/counties/999999"))


@pytest.mark.parametrize(
    "good",
    [
        lambda: signed(claims()),
        lambda: signed(claims(), typ="application/at+jwt"),
        lambda: signed(claims(), typ="AT+JWT"),
        lambda: signed({**claims(), "aud": ["account", AUDIENCE]}),
        lambda: signed({**claims(), "iat": now() + 5, "nbf": now() + 5}),
        lambda: signed({**claims(), "exp": now() + 599.5, "more": {"deep": []}}),
        lambda: signed(claims(), x5t="AAAA", jku="https://evil.test/keys"),
        lambda: signed(claims(), EC, alg="ES256"),
        lambda: signed(claims(), RSA, alg="RS256"),
        lambda: signed(claims(), RSA, alg="PS256"),
    ],
)
async def test_a_token_that_is_good_is_taken_whatever_else_is_in_it(good: Callable[[], str]) -> None:
    answer = await asked(good())
    assert (answer.status_code, answer.json()["office"]) == (200, "/nation")


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
async def test_only_the_algorithms_that_are_set_are_taken(alg: str) -> None:
    app = small_api(identity(KEY, EC, RSA, algorithms=("EdDSA",)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as asking:
        token = signed(claims(), EC if alg == "ES256" else RSA, alg=alg)
        assert (await asking.get("/v1/closed", headers={"authorization": f"Bearer {token}"})).status_code == 401
        assert (await asking.get("/v1/closed", headers={"authorization": f"Bearer {signed(claims())}"})).status_code == 200


async def test_a_request_has_one_authorization() -> None:
    good = f"Bearer {signed(claims())}".encode()
    async with client() as asking:
        for headers in ([(b"authorization", good), (b"authorization", good)], [(b"authorization", good), (b"Authorization", b"Basic eDp5")]):
            answer = await asking.get("/v1/closed", headers=headers)
            assert (answer.status_code, problem_of(answer)) == (401, "invalid-token")


@pytest.mark.parametrize(
    "value", [b"Basic eDp5", b"Bearer", b"", b"bearer ", b"Token x", b"Bearer \xff\xfe", b"BearerX a.b.c", b"Bearer a.b.c, Bearer a.b.c"]
)
async def test_what_is_no_bearer_token_is_refused(value: bytes) -> None:
    async with client() as asking:
        answer = await asking.get("/v1/closed", headers=[(b"authorization", value)])
    assert (answer.status_code, problem_of(answer)) == (401, "invalid-token")


async def test_the_word_bearer_may_be_written_in_any_way() -> None:
    async with client() as asking:
        for word in ("bearer", "BEARER", "Bearer "):
            assert (await asking.get("/v1/closed", headers={"authorization": f"{word} {signed(claims())}"})).status_code == 200


async def test_a_token_elsewhere_than_in_its_header_is_none() -> None:
    token = signed(claims())
    async with client() as asking:
        answers = [
            await asking.get("/v1/closed", headers={"cookie": f"access_token={token}"}),
            await asking.get("/v1/closed", headers={"x-forwarded-authorization": f"Bearer {token}"}),
            await asking.get("/v1/closed", params={"access_token": token}),
        ]
    assert [(answer.status_code, problem_of(answer)) for answer in answers] == [(401, "no-token")] * 3
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Bearer realm="baoxue"'}
