"""People sign in with a browser, work as whoever they are, and sign out: over a real issuer and a real Redis."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from fastapi import Response
from joserfc import jwt

from deploy.local.issuer import clients
from deploy.local.issuer.clients import private_file
from deploy.local.issuer.keys import Keyring, key_file
from deploy.local.issuer.offices import DEMO_OFFICES
from deploy.local.issuer.tokens import Claims, access_token, now
from shared import clock
from shared.http.sessions import provider as provider_module
from shared.http.sessions import routes
from shared.http.sessions import store as store_module
from shared.http.sessions.cookies import Cookies
from shared.http.sessions.store import Lifetimes, SessionStore
from shared.identity.caller import Caller, Role
from tests.edges.sessions.signing_desk import SERVICE, SigningDesk, query_of, signing_desk
from tests.support.redis import RedisDatabase

SESSION, UNDER_WAY = "baoxue-reporting-session", "baoxue-reporting-sign-in"


@pytest.fixture
async def desk(tmp_path: Path, database: RedisDatabase) -> AsyncIterator[SigningDesk]:
    async with signing_desk(tmp_path / "home", database) as running:
        yield running


def attributes(header: str) -> dict[str, str]:
    morsel = next(iter(SimpleCookie(header).values()))
    return {name: str(value) for name, value in morsel.items() if value}


def sessions(database: RedisDatabase) -> list[str]:
    return [name for name in database.names() if name.startswith("reporting:session:")]


class TestSigningIn:
    @pytest.mark.parametrize("office", DEMO_OFFICES, ids=lambda office: office.name)
    async def test_whoever_chose_an_office_is_it_until_they_sign_out(self, desk: SigningDesk, office: object) -> None:
        chosen = next(each for each in DEMO_OFFICES if each is office)
        browser = desk.browser()
        assert await browser.office() is None
        assert (await browser.get("/closed")).status_code == 401
        assert (await browser.sign_in(chosen.name)).json() == {"office": chosen.office}
        assert (await browser.get("/closed")).json() == {"office": chosen.office}
        assert (await browser.get("/v1/session")).json() == {"possible": True, "office": chosen.office, "roles": sorted(chosen.roles)}
        before = browser.cookie(SESSION)
        assert (await browser.post("/sign-out")).json() == {"next": "/"}
        assert await browser.office() is None
        browser.http.cookies.set(SESSION, str(before), domain="127.0.0.1")
        assert await browser.office() is None, "a session that was signed out of is over, whoever kept its cookie"

    async def test_who_comes_goes_and_is_turned_away_is_logged(self, desk: SigningDesk, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO, logger=routes.__name__)
        browser = desk.browser()
        await browser.sign_in("officer")
        await browser.post("/sign-out")
        await browser.get("/signed-in?code=secret")
        officer = next(each for each in DEMO_OFFICES if each.name == "officer")
        assert [(record.levelname, record.getMessage()) for record in caplog.records if record.name == routes.__name__] == [
            ("INFO", f"signed in: officer of {officer.office}"),
            ("INFO", f"signed out: officer of {officer.office}"),
            ("WARNING", "a sign-in was refused: There is no such sign-in under way in this browser, or not any more."),
        ]

    async def test_no_token_reaches_the_browser(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        await browser.sign_in("officer")
        for answer in browser.seen:
            assert "eyJ" not in answer.text + str(answer.headers), answer.url
        [name] = sessions(desk.database)
        assert str(browser.cookie(SESSION)) not in name + str(await desk.database.operator.get(name))

    async def test_the_cookies_are_closed_to_scripts_and_to_other_pages(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        await browser.sign_in("officer")
        given = {header.partition("=")[0]: attributes(header) for answer in browser.seen for header in answer.headers.get_list("set-cookie")
                 if "Max-Age=0" not in header}  # fmt: skip
        assert given == {
            SESSION: {"path": "/", "samesite": "strict", "httponly": "True"},
            UNDER_WAY: {"path": "/", "samesite": "lax", "httponly": "True", "max-age": "600"},
        }

    def test_where_tls_is_the_cookies_are_bound_to_the_host(self) -> None:
        cookies, response = Cookies(SERVICE, secure=True), Response()
        cookies.begin_session(response, "x")
        cookies.begin_sign_in(response, "y")
        given = {header.partition("=")[0]: attributes(header) for header in response.headers.getlist("set-cookie")}
        assert set(given) == {f"__Host-{SESSION}", f"__Host-{UNDER_WAY}"}
        assert all(each["secure"] and each["path"] == "/" and "domain" not in each for each in given.values())

    async def test_an_issuer_with_a_session_of_its_own_is_asked_to_end_it_without_a_token(
        self, desk: SigningDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def described(_: object) -> dict[str, str]:
            return {"end_session_endpoint": "https://issuer.example/logout"}

        browser = desk.browser()
        await browser.sign_in("officer")
        monkeypatch.setattr(provider_module.Provider, "_description", described)
        told = (await browser.post("/sign-out")).json()["next"]
        assert told.startswith("https://issuer.example/logout?")
        assert query_of(told) == {"client_id": SERVICE, "post_logout_redirect_uri": f"{desk.url}/"}
        assert await browser.office() is None
        assert (await browser.post("/sign-out")).json() == {"next": "/"}, "nobody is signed in: there is nothing to end"

    async def test_each_sign_in_has_another_id_and_ends_the_session_before(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        await browser.sign_in("officer")
        first = str(browser.cookie(SESSION))
        assert (await browser.sign_in("auditor")).json() == {"office": "/nation"}
        assert browser.cookie(SESSION) != first
        assert len(sessions(desk.database)) == 1

    async def test_a_person_comes_back_to_where_they_were_and_never_elsewhere(self, desk: SigningDesk) -> None:
        assert (await desk.browser().sign_in("officer", to="/closed")).json() == {"office": "/counties/513431"}
        for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example/", "evil", "", "/%0aX"):
            answer = await desk.browser().to_issuer(elsewhere)
            assert (answer.status_code, "location" in answer.headers) == (422, False), elsewhere

    async def test_a_sign_in_begins_at_the_address_that_the_issuer_leads_back_to(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        answer = await browser.http.get("/sign-in?to=/closed", headers={"host": f"localhost:{desk.url.rpartition(':')[2]}"})
        assert answer.headers["location"] == f"{desk.url}/sign-in?to=/closed&moved=true"
        moved = await browser.http.get("/sign-in?to=/closed&moved=true", headers={"host": f"localhost:{desk.url.rpartition(':')[2]}"})
        assert moved.headers["location"].startswith(desk.issuer.issuer), "behind a proxy that names another host it does not go round and round"


class TestWayBack:
    async def refused(self, desk: SigningDesk, address: str, says: str, browser_is_another: bool = False) -> None:
        browser = desk.browser()
        back = await browser.way_back("officer")
        if browser_is_another:
            browser.http.cookies.clear()
        query = query_of(back)
        page = await browser.get(address.format(back=back, state=query["state"], code=query["code"]))
        assert page.status_code == 403
        assert says in page.text
        assert SESSION not in str(page.headers)
        assert await browser.office() is None
        assert not sessions(desk.database)
        assert query["code"] not in page.text

    async def test_it_leads_somewhere_once(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        back = await browser.way_back("officer")
        under_way = str(browser.cookie(UNDER_WAY))
        assert (await browser.get(back)).status_code == 200
        browser.http.cookies.set(UNDER_WAY, under_way, domain="127.0.0.1")
        assert (await browser.get(back)).status_code == 403

    async def test_in_another_browser_it_leads_nowhere(self, desk: SigningDesk) -> None:
        await self.refused(desk, "{back}", "no such sign-in under way", browser_is_another=True)

    @pytest.mark.parametrize(
        ("address", "says"),
        [
            ("/signed-in?code={code}&state=other", "another sign-in"),
            ("/signed-in?code={code}", "another sign-in"),
            ("/signed-in?state={state}&error=access_denied", "signed nobody in"),
            ("/signed-in?state={state}&code={code}&iss=https://evil.example", "another issuer"),
            ("/signed-in?state={state}&code=made-up", "does not take the code"),
        ],
    )
    async def test_what_does_not_belong_to_it_signs_nobody_in(self, desk: SigningDesk, address: str, says: str) -> None:
        await self.refused(desk, address, says)

    @pytest.mark.parametrize(
        ("claims", "says"),
        [
            ({"nonce": "other"}, "another sign-in"),
            ({"nonce": None}, "another sign-in"),
            ({"sub": "auditor"}, "another sign-in"),
            ({"aud": "case"}, "not for this service"),
            ({"aud": ["reporting", "case"]}, "made for another"),
            ({"iss": "https://evil.example"}, "not for this service"),
            ({"exp": 1}, "is over"),
        ],
        ids=str,
    )
    async def test_an_id_token_that_says_anything_else_signs_nobody_in(
        self, desk: SigningDesk, monkeypatch: pytest.MonkeyPatch, claims: dict[str, object], says: str
    ) -> None:
        signer = Keyring(key_file(desk.issuer.config.issuer_folder)).signer(now())
        access = access_token(signer, desk.issuer.issuer, Claims("officer", SERVICE, "/counties/513431", ["officer"]))

        async def redeem(_: object, code: str, sign_in: store_module.SignIn) -> provider_module.Tokens:
            right = {"iss": desk.issuer.issuer, "aud": SERVICE, "sub": "officer", "nonce": sign_in.nonce, "exp": now() + 60, "iat": now()}
            told = {name: value for name, value in (right | claims).items() if value is not None}
            return provider_module.Tokens(access.encode(), jwt.encode({"alg": "Ed25519", "kid": signer.kid}, told, signer.key, ["Ed25519"]))

        monkeypatch.setattr(provider_module.Provider, "redeem", redeem)
        await self.refused(desk, "{back}", says)

    async def test_a_service_with_another_key_redeems_nothing(self, tmp_path: Path, database: RedisDatabase) -> None:
        async with signing_desk(tmp_path / "home", database) as desk:
            other = desk.issuer.config.issuer_folder
            private_file(other, SERVICE).unlink()
            (other / "clients" / "reporting.public.json").unlink()
            clients.ensure_keys(other, {SERVICE: clients.Client(SERVICE)})
            await self.refused(desk, "{back}", "does not take the code")


class TestSessionsEnd:
    def store(self, database: RedisDatabase, **lifetimes: int) -> SessionStore:
        return SessionStore(database.client, SERVICE, Lifetimes(**({"idle": 100, "absolute": 250} | lifetimes)))

    caller = Caller("officer", "/counties/513431", frozenset({Role.OFFICER}))

    async def test_without_a_request_for_the_idle_time(self, database: RedisDatabase) -> None:
        store = self.store(database)
        drawn = await store.begin(self.caller)
        database.pass_time(99)
        found = await store.of(drawn)
        assert found is not None
        assert found.caller == self.caller
        database.pass_time(99)
        assert await store.of(drawn) is not None, "a request began the idle time anew"
        database.pass_time(101)
        assert await store.of(drawn) is None

    async def test_at_the_absolute_end_whatever_is_asked(self, database: RedisDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
        store = self.store(database)
        drawn = await store.begin(self.caller)
        begun = clock.now()
        for passed, alive in ((90, True), (180, True), (249, True), (251, False)):
            moment = begun + timedelta(seconds=passed)
            monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
            assert (await store.of(drawn) is not None) is alive, passed

    async def test_redis_itself_forgets_it_by_the_absolute_end(self, database: RedisDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
        store = self.store(database)
        drawn = await store.begin(self.caller)
        moment = clock.now() + timedelta(seconds=200)
        monkeypatch.setattr(clock, "now", lambda: moment)
        await store.of(drawn)
        [name] = sessions(database)
        assert await database.operator.ttl(name) <= 50

    async def test_of_two_ways_back_at_once_one_takes_the_sign_in(self, database: RedisDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
        store, read, both_read = self.store(database), database.client.get, asyncio.Barrier(2)
        drawn = await store.keep(store_module.SignIn("s", "n", "v", "/"))

        async def read_by_both(name: str) -> object:
            held = await read(name)
            await both_read.wait()
            return held

        monkeypatch.setattr(database.client, "get", read_by_both)
        taken = await asyncio.gather(store.take(drawn), store.take(drawn))
        assert sum(each is not None for each in taken) == 1

    async def test_a_sign_in_under_way_after_ten_minutes(self, database: RedisDatabase) -> None:
        store = self.store(database)
        drawn = await store.keep(store_module.SignIn("s", "n", "v", "/"))
        database.pass_time(601)
        assert await store.take(drawn) is None


class TestWhoMayChangeAnything:
    async def test_only_the_servers_own_pages_by_a_session(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        await browser.sign_in("officer")
        assert (await browser.post("/closed")).status_code == 200
        assert (await browser.post("/closed", site=None, origin=desk.url)).status_code == 200, "an older browser names its page so"
        for site, origin in (("cross-site", None), ("same-site", None), (None, "https://evil.example"), (None, None), ("none", None)):
            for path in ("/closed", "/sign-out"):
                answer = await browser.post(path, site=site, origin=origin)
                assert (answer.status_code, answer.json()["type"]) == (403, "/docs/problems#cross-site"), (site, origin, path)
        assert await browser.office() == "/counties/513431", "nobody else signed them out"

    async def test_a_token_is_its_callers_whatever_cookie_comes_with_it(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        await browser.sign_in("officer")
        signer = Keyring(key_file(desk.issuer.config.issuer_folder)).signer(now())
        token = access_token(signer, desk.issuer.issuer, Claims("x", "y", "/provinces/51", ["sender"]))
        answer = await browser.http.post("/closed", headers={"authorization": f"Bearer {token}"})
        assert answer.json() == {"office": "/provinces/51"}
        assert (await browser.http.get("/closed", headers={"authorization": "Bearer x"})).status_code == 401

    async def test_a_made_up_session_is_nobodys(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        browser.http.cookies.set(SESSION, "0" * 32, domain="127.0.0.1")
        assert await browser.office() is None
        assert (await browser.get("/closed")).status_code == 401


class TestAway:
    async def test_an_issuer_that_is_away_is_said_and_harms_nobody_who_is_signed_in(self, desk: SigningDesk) -> None:
        browser, late = desk.browser(), desk.browser()
        await browser.sign_in("officer")
        back = await late.way_back("officer")
        await desk.issuer_server.stop()
        page = await late.get(back)
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "does not answer" in page.text
        assert await late.office() is None
        assert await browser.office() == "/counties/513431"
        assert (await browser.post("/sign-out")).status_code == 200

    async def test_nobody_can_begin_while_the_issuer_was_never_there(self, desk: SigningDesk) -> None:
        await desk.issuer_server.stop()
        page = await desk.browser().to_issuer()
        assert page.status_code == 503
        assert "现在无法登录" in page.text

    async def test_without_redis_nobody_is_taken_for_somebody_else(self, desk: SigningDesk) -> None:
        browser = desk.browser()
        await browser.sign_in("officer")
        desk.database.unavailable = True
        for path in ("/", "/closed", "/sign-in"):
            answer = await browser.get(path)
            assert answer.status_code == 503, path
        desk.database.unavailable = False
        assert await browser.office() == "/counties/513431"
