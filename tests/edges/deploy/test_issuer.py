"""The issuer of the embedded stack: to whom it gives tokens, what is in them, and whom it refuses."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from deploy.local.issuer import keys
from deploy.local.issuer.clients import OFFICERS
from deploy.local.issuer.grants import Code, CodeStore
from deploy.local.issuer.keys import Keyring, key_file
from deploy.local.issuer.offices import DEMO_OFFICES
from deploy.local.issuer.tokens import ACCESS_SECONDS, now
from shared.identity.keys import PACE
from tests.edges.deploy.issuer_desk import IssuerDesk, mode


@pytest.fixture
def desk(tmp_path: Path) -> IssuerDesk:
    return IssuerDesk(tmp_path / "home")


def urlsafe(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def code_of(answer: Any) -> str:
    return str(answer.json()["error"])


class TestKeys:
    def test_every_key_is_its_owners_alone_and_made_once(self, desk: IssuerDesk) -> None:
        folder = desk.config.issuer_folder
        files = [key_file(folder), *(folder / "clients").iterdir()]
        assert mode(folder) == 0o700
        assert {mode(file) for file in files} == {0o600}
        before = {file: file.read_bytes() for file in files}
        key_file(folder).chmod(0o644)
        IssuerDesk.__init__(desk, desk.config.home)
        assert {file: file.read_bytes() for file in files} == before
        assert mode(key_file(folder)) == 0o600, "a key that others could read is closed again"

    async def test_no_private_part_is_published(self, desk: IssuerDesk) -> None:
        published = (await desk.client.get("/jwks")).json()["keys"]
        assert [set(key) & {"d", "x", "kid", "kty", "crv", "alg"} for key in published] == [{"x", "kid", "kty", "crv", "alg"}]
        public = desk.config.issuer_folder / "clients" / "reporting.public.json"
        assert '"d"' not in public.read_text()

    async def test_a_new_key_is_published_before_it_signs_and_the_one_before_until_its_tokens_are_over(
        self, desk: IssuerDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = (await desk.ask(desk.assertion(OFFICERS))).json()["access_token"]
        fresh, begins = keys.rotate(desk.config.issuer_folder, now())
        assert begins - now() > PACE.every, "every api has fetched it by then"
        still = (await desk.ask(desk.assertion(OFFICERS, jti="second"))).json()["access_token"]
        (old_header, _), (still_header, _) = await desk.read(old), await desk.read(still)
        assert still_header["kid"] == old_header["kid"] != fresh
        keyring = Keyring(key_file(desk.config.issuer_folder))
        assert {key["kid"] for key in keyring.published(now())["keys"]} == {fresh, old_header["kid"]}
        assert keyring.signer(begins - 1).kid == old_header["kid"]
        assert keyring.signer(begins).kid == fresh
        over = begins + keys.LONGEST_MINUTES * 60
        assert old_header["kid"] in {key["kid"] for key in keyring.published(over)["keys"]}
        assert {key["kid"] for key in keyring.published(over + 600)["keys"]} == {fresh}
        keys.rotate(desk.config.issuer_folder, over + 600)
        assert old_header["kid"] not in key_file(desk.config.issuer_folder).read_text(), "a key that nobody needs goes"
        monkeypatch.setattr("deploy.local.issuer.server.now", lambda: int(begins))
        new = (await desk.ask(desk.assertion(OFFICERS, jti="third"))).json()["access_token"]
        assert (await desk.read(new))[0]["kid"] == fresh, "without a restart"

    async def test_two_rotations_at_once_lose_no_key(self, desk: IssuerDesk) -> None:
        first, _ = keys.rotate(desk.config.issuer_folder, now())
        second, begins = keys.rotate(desk.config.issuer_folder, now() + 10)
        keyring = Keyring(key_file(desk.config.issuer_folder))
        assert len(keyring.published(now())["keys"]) == 3
        assert (keyring.signer(begins - 1).kid, keyring.signer(begins).kid) == (first, second)


class TestDescription:
    @pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"])
    async def test_it_tells_of_itself(self, desk: IssuerDesk, path: str) -> None:
        told = (await desk.client.get(path)).json()
        assert told["issuer"] == desk.issuer
        assert {told[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")} == {
            f"{desk.issuer}/{end}" for end in ("authorize", "token", "jwks")
        }
        assert told["code_challenge_methods_supported"] == ["S256"]
        assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


class TestSystems:
    async def test_a_system_gets_a_short_token_of_its_office(self, desk: IssuerDesk) -> None:
        answer = await desk.ask(desk.assertion("province-51"))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", ACCESS_SECONDS)
        header, claims = await desk.read(answer.json()["access_token"])
        assert (header["typ"], header["alg"]) == ("at+jwt", "Ed25519")
        assert {name: claims[name] for name in ("iss", "aud", "sub", "client_id", "office", "roles")} == {
            "iss": desk.issuer,
            "aud": "baoxue",
            "sub": "province-51",
            "client_id": "province-51",
            "office": "/provinces/51",
            "roles": ["sender"],
        }
        assert claims["exp"] - claims["iat"] == ACCESS_SECONDS <= 600
        assert claims["jti"]

    async def test_an_assertion_is_taken_once_and_a_restart_forgets_none(self, desk: IssuerDesk) -> None:
        assertion = desk.assertion("province-51")
        assert (await desk.ask(assertion)).status_code == 200
        again = await desk.ask(assertion)
        assert (again.status_code, code_of(again)) == (400, "invalid_client")
        assert "used before" in again.text
        desk.start()
        assert (await desk.ask(assertion)).status_code == 400

    async def test_two_clients_may_have_one_id_of_assertion(self, desk: IssuerDesk) -> None:
        assert [(await desk.ask(desk.assertion(client, jti="same"))).status_code for client in ("province-51", "province-52")] == [200, 200]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"aud": "http://127.0.0.1:1/token"},
            {"aud": None},
            {"exp": 1},
            {"exp": None},
            {"exp": 4_000_000_000},
            {"iat": None},
            {"iat": 4_000_000_000, "exp": 4_000_000_060},
            {"iss": "province-52"},
            {"sub": "province-99"},
            {"sub": None},
            {"sub": ["province-51"]},
            {"jti": None},
            {"jti": 7},
        ],
        ids=str,
    )
    async def test_an_assertion_that_says_anything_else_is_refused(self, desk: IssuerDesk, wrong: dict[str, Any]) -> None:
        answer = await desk.ask(desk.assertion("province-51", **wrong))
        assert (answer.status_code, code_of(answer)) == (400, "invalid_client")

    async def test_an_assertion_of_another_key_or_of_none_is_refused(self, desk: IssuerDesk) -> None:
        claims = desk.claims("province-51")
        public = str(desk.key_of("province-51").as_dict(private=False)["x"])
        unsigned = ".".join((urlsafe(b'{"alg":"none"}'), desk.assertion("province-51").split(".")[1], ""))
        by_public_key = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(public), ["HS256"])
        for forged in (desk.assertion("province-51", key=desk.key_of("province-52")), unsigned, by_public_key, "x.y.z", "x"):
            answer = await desk.ask(forged)
            assert (answer.status_code, code_of(answer)) == (400, "invalid_client"), forged

    async def test_whoever_brings_no_assertion_gets_nothing(self, desk: IssuerDesk) -> None:
        for form in ({}, {"client_id": "province-51"}, {"client_id": "province-51", "client_secret": "x"}):
            answer = await desk.client.post("/token", data={"grant_type": "client_credentials", **form})
            assert (answer.status_code, code_of(answer)) == (400, "invalid_client")

    async def test_a_page_gets_no_token_for_itself_and_a_system_none_for_people(self, desk: IssuerDesk) -> None:
        assert code_of(await desk.ask(desk.assertion("reporting"))) == "unauthorized_client"
        assert code_of(await desk.ask(desk.assertion("province-51"), grant_type="authorization_code", code="x")) == "unauthorized_client"
        assert code_of(await desk.ask(desk.assertion("province-51", jti="3"), grant_type="password")) == "unsupported_grant_type"

    async def test_a_parameter_that_is_there_twice_and_a_form_without_end_are_refused(self, desk: IssuerDesk) -> None:
        for body in (b"grant_type=client_credentials&grant_type=password", b"a=" + b"x" * 40_000):
            answer = await desk.client.post("/token", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
            assert (answer.status_code, code_of(answer)) == (400, "invalid_request")


class TestPeople:
    async def test_the_page_offers_every_office_in_chinese_first(self, desk: IssuerDesk) -> None:
        page = await desk.client.get("/authorize", params=desk.query())
        assert page.status_code == 200
        assert all(f'value="{office.name}"' in page.text and office.chinese in page.text for office in DEMO_OFFICES)
        assert '<html lang="zh-CN">' in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert desk.back.removesuffix("/signed-in") in page.headers["content-security-policy"], "the form may lead back"

    @pytest.mark.parametrize("office", DEMO_OFFICES, ids=lambda office: office.name)
    async def test_whoever_chooses_an_office_gets_its_tokens(self, desk: IssuerDesk, office: Any) -> None:
        answer = await desk.redeem(await desk.code(office.name))
        assert answer.status_code == 200, answer.text
        _, access = await desk.read(answer.json()["access_token"])
        header, claims = await desk.read(answer.json()["id_token"])
        assert (access["sub"], access["office"], access["roles"]) == (office.name, office.office, list(office.roles))
        assert access["client_id"] == "reporting"
        assert header["typ"] == "JWT", "an id token is no access token"
        assert (claims["iss"], claims["aud"], claims["nonce"], claims["sub"]) == (desk.issuer, "reporting", "the-nonce", office.name)
        assert "refresh_token" not in answer.json()

    async def test_a_code_is_used_once_whoever_shows_it(self, desk: IssuerDesk) -> None:
        code = await desk.code()
        assert (await desk.redeem(code, code_verifier="another-verifier-that-is-long-enough-for-pkce-indeed")).status_code == 400
        assert code_of(await desk.redeem(code)) == "invalid_grant", "it was shown"

    @pytest.mark.parametrize(
        "wrong",
        [{"code_verifier": ""}, {"code_verifier": "v" * 50}, {"redirect_uri": "http://127.0.0.1:1/signed-in"}, {"redirect_uri": ""}],
        ids=str,
    )
    async def test_a_code_without_what_belongs_to_it_is_nothing(self, desk: IssuerDesk, wrong: dict[str, str]) -> None:
        assert (await desk.redeem(await desk.code(), **wrong)).status_code == 400

    def test_a_code_of_another_service_is_nothing(self) -> None:
        codes = CodeStore()
        for client_id, found in (("case", False), ("reporting", True)):
            code = Code("x", "reporting", "http://127.0.0.1:1/signed-in", "openid", "n", "c", "S256", DEMO_OFFICES[0], now())
            codes.keep(code)
            assert (codes.take("x", client_id) is code) is found

    async def test_a_code_is_over_after_a_minute(self, desk: IssuerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        code = await desk.code()
        later = now() + 61
        monkeypatch.setattr("deploy.local.issuer.grants.now", lambda: later)
        assert code_of(await desk.redeem(code)) == "invalid_grant"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"code_challenge": ""},
            {"code_challenge_method": ""},
            {"code_challenge_method": "plain"},
            {"code_challenge": "short"},
            {"nonce": ""},
        ],
        ids=str,
    )
    async def test_a_request_without_pkce_or_nonce_leads_back_without_a_code(self, desk: IssuerDesk, wrong: dict[str, str]) -> None:
        answer = await desk.sign_in(**wrong)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith(desk.back)
        assert "code=" not in answer.headers["location"]
        assert "error=invalid_request" in answer.headers["location"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"redirect_uri": "http://127.0.0.1:1/signed-in"},
            {"redirect_uri": "https://evil.example/"},
            {"redirect_uri": ""},
            {"client_id": "x"},
            {"client_id": ""},
        ],
        ids=str,
    )
    async def test_nobody_is_led_to_an_address_that_is_not_registered(self, desk: IssuerDesk, wrong: dict[str, str]) -> None:
        for answer in (await desk.sign_in(**wrong), await desk.client.get("/authorize", params=desk.query(**wrong))):
            assert answer.status_code in {400, 401}
            assert "location" not in answer.headers

    async def test_an_office_that_there_is_not_signs_nobody_in(self, desk: IssuerDesk) -> None:
        answer = await desk.sign_in("minister")
        assert "error=access_denied" in answer.headers["location"]


class TestLoopback:
    @pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "localhost.example"])
    def test_it_listens_nowhere_else(self, address: str) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "deploy.local.issuer", "--host", address], capture_output=True, encoding="utf-8", timeout=60, check=False
        )
        assert run.returncode == 78
        assert f"loopback alone, and not on {address}" in run.stderr


def test_no_token_passes_for_one_of_another_key(tmp_path: Path) -> None:
    first, second = IssuerDesk(tmp_path / "first"), IssuerDesk(tmp_path / "second")
    signer = Keyring(key_file(first.config.issuer_folder)).signer(now())
    token = jwt.encode({"alg": "Ed25519", "kid": signer.kid}, {"a": 1}, signer.key, ["Ed25519"])
    other = OKPKey.import_key(dict(Keyring(key_file(second.config.issuer_folder)).published(now())["keys"][0]))  # type: ignore[arg-type]
    with pytest.raises(JoseError):
        jwt.decode(token, other, ["Ed25519"])
