"""API2:2023, broken authentication: every endpoint of every api asked by nobody, by somebody made up, and by somebody whose time is over.

What a token itself can be made to say is attacked in ``tests/components/identity/test_token_attacks.py``.
"""

from __future__ import annotations

import pytest
from joserfc.jwk import OKPKey

from tests.components.attacks.targets import Targets
from tests.components.shared.problems import problem_of
from tests.support.callers import KEY, claims, signed

FORGED = signed(claims(), OKPKey.generate_key("Ed25519", {"kid": str(KEY.kid)}))
EXPIRED = signed({**claims(minutes=-1)})
PRETENCES = {
    "nobody": ({}, "no-token"),
    "a name in headers of a proxy": ({"x-forwarded-user": "li", "x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1"}, "no-token"),
    "a token in a cookie": ({"cookie": f"access_token={signed(claims())}; Authorization=Bearer {signed(claims())}"}, "no-token"),
    "a password": ({"authorization": "Basic YWRtaW46YWRtaW4="}, "invalid-token"),
    "a forged token": ({"authorization": f"Bearer {FORGED}"}, "invalid-token"),
    "a token that is over": ({"authorization": f"Bearer {EXPIRED}"}, "invalid-token"),
}  # fmt: skip


@pytest.mark.parametrize("pretence", PRETENCES)
async def test_no_endpoint_that_needs_a_token_answers(targets: Targets, pretence: str) -> None:
    headers, kind = PRETENCES[pretence]
    asked = 0
    for target in targets.all():
        before = target.written()
        async with target.client(headers) as client:
            for each in target.business():
                if not each.is_open:
                    for query in ({}, {"x": "1"}):
                        answer = await client.request(each.method, each.path, headers=each.headers, params=query, content=b"{}")
                        assert (answer.status_code, problem_of(answer)) == (401, kind), each.name
                        assert answer.headers["www-authenticate"].startswith("Bearer ")
                        asked += 1
        assert target.written() == before
    assert asked >= 2 * 13


async def test_an_open_endpoint_takes_no_pretence_for_a_right(targets: Targets) -> None:
    for pretence in ("a forged token", "a token that is over"):
        for target in targets.all():
            async with target.client(PRETENCES[pretence][0]) as client:
                for each in target.business():
                    if each.is_open and each.path.startswith("/v1/") and each.path != "/v1/session":
                        assert (await client.request(each.method, each.path)).status_code == 401, each.name


async def test_no_endpoint_takes_a_password_or_gives_a_token(targets: Targets) -> None:
    for target in targets.all():
        async with target.client() as client:
            for path in ("/login", "/token", "/oauth/token", "/v1/token", "/v1/login", "/register", "/v1/users", "/password"):
                assert (await client.post(path, data={"username": "admin", "password": "admin"})).status_code == 404, path
