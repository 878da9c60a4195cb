"""API7:2023, server side request forgery: a caller names an address, and waits for somebody of ours to come there."""

from __future__ import annotations

import ast
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi import FastAPI, Request
from joserfc.jwk import OKPKey

from shared.identity.keys import IssuerKeys, KeysUnknown, Pace
from tests.components.attacks.targets import CHILD, Targets
from tests.components.enrolment.lines import event
from tests.support.callers import KEY, carrying, claims, signed
from tests.support.issuer import LittleIssuer
from tests.support.served import served

ROOT = Path(__file__).resolve().parents[3]
CLIENTS = {"httpx", "aiohttp", "requests", "urllib3", "urllib.request", "http.client", "ftplib", "smtplib", "socket", "xmlrpc.client", "websockets"}
FETCHERS = {
    "shared/identity/keys.py",
    "services/reporting/audit/sources/reporting_api.py",
    "shared/http/sessions/provider.py",
    "services/case/desk/neighbours.py",
}
"""The modules that ask a server over HTTP, each at an address out of the settings or the command line."""
LISTENERS = {"shared/http/server/connection.py", "shared/http/server/serving.py", "shared/worker/admin_server.py"}
"""The modules that know of sockets because they serve."""


class Trap(NamedTuple):
    """A server at an address that callers name, and who came."""

    url: str
    visits: list[str]


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    app, visits = FastAPI(openapi_url=None), list[str]()

    @app.api_route("/{path:path}", methods=["GET", "POST", "HEAD", "PUT"])
    async def visited(request: Request, path: str) -> dict[str, object]:
        visits.append(f"{request.method} /{path}")
        return {"keys": [KEY.as_dict(private=False)], "issuer": "http://trap", "jwks_uri": "http://trap/keys"}

    async with served(app) as server:
        yield Trap(server.url, visits)


async def test_no_address_in_a_header_is_fetched(targets: Targets, trap: Trap) -> None:
    names = (
        "referer", "origin", "forwarded", "x-forwarded-host", "x-forwarded-for", "x-original-url", "x-rewrite-url", "x-callback-url", "link", "from",
        "via", "traceparent", "tracestate", "baggage", "content-location", "destination", "ce-dataschema", "ce-source", "x-wap-profile",
    )  # fmt: skip
    for target in targets.all():
        async with target.client(carrying() | dict.fromkeys(names, f"{trap.url}/header")) as client:
            for each in target.business():
                if each.path != "/v1/stream":
                    await client.request(each.method, each.path, headers=each.headers, content=b"{}" if each.method == "POST" else b"")
    assert trap.visits == []


async def test_no_address_in_a_query_is_fetched(targets: Targets, trap: Trap) -> None:
    for target in targets.all():
        async with target.client(carrying()) as client:
            for each in target.business():
                for name in ("url", "callback", "redirect_uri", "next", "after", "area", "county", "term", "state", "outcome"):
                    answer = await client.request(each.method, each.path, headers=each.headers, params={name: f"{trap.url}/query"})
                    assert answer.status_code >= 400 or each.path in ("/", "/signed-in"), (each.name, name)
                    assert "location" not in answer.headers or not answer.headers["location"].startswith(trap.url)
    assert trap.visits == []


async def test_no_address_in_a_body_is_fetched(targets: Targets, trap: Trap) -> None:
    url = f"{trap.url}/body"
    for more in (
        {"dataschema": url},
        {"source": url},
        {"traceparent": url},
        {"tracestate": url},
        {"data": url},
        {"datacontenttype": url},
        {"type": url},
    ):
        await targets.enrolment.send(json.dumps(event() | more).encode(), "application/cloudevents+json")
    for more in ({"evidence": url}, {"office": url}, {"reference": url}, {"$ref": url}, {"@id": url}):
        for path in (f"/v1/cases/{CHILD}", f"/v1/grants/{CHILD}-2019-autumn", "/v1/same-as/preview"):
            for desk in (targets.case, targets.relief, targets.enrolment):
                await desk.client.post(path, json={"do": "close-after-return", "office": "/counties/513431", "outcome": "sustained"} | more)
    assert trap.visits == []


@pytest.mark.parametrize("header", ["jku", "x5u", "iss", "kid", "cty"])
async def test_no_address_in_a_token_is_fetched(targets: Targets, trap: Trap, header: str) -> None:
    other = OKPKey.generate_key("Ed25519", {"kid": str(KEY.kid)})
    token = signed({**claims(), "iss": trap.url} if header == "iss" else claims(), other, **{header: f"{trap.url}/keys"})
    for target in targets.all():
        async with target.client({"authorization": f"Bearer {token}"}) as client:
            for each in target.business():
                if not each.is_open:
                    assert (await client.request(each.method, each.path)).status_code == 401
    assert trap.visits == []


async def test_an_issuer_that_sends_on_elsewhere_is_not_followed(trap: Trap) -> None:
    """Whoever holds the issuer's page of keys for a moment points at an address within."""
    issuer = LittleIssuer(OKPKey.generate_key("Ed25519", {"kid": "one"}))
    async with issuer.running():
        issuer.status, issuer.location = 302, f"{trap.url}/keys"
        keys = IssuerKeys(issuer.url, pace=Pace(every=3_600, retry=3_600, unknown=0.0))
        async with keys.running():
            with pytest.raises(KeysUnknown):
                await keys.of("one")
    assert issuer.asked
    assert trap.visits == []


def test_only_known_modules_ask_a_server() -> None:
    found = {str(path.relative_to(ROOT)) for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py") if imports(path) & CLIENTS}
    assert found - LISTENERS - FETCHERS - {"shared/log/topic_admin.py"} == set(), (
        "whatever asks a server must take its address from nobody who asks us"
    )


def imports(path: Path) -> set[str]:
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                found |= {each.name for each in names}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module} | {f"{module}.{each.name}" for each in names}
            case _:
                pass
    return found
