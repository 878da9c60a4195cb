"""API4:2023, unrestricted resource consumption: bodies without an end, deep ones, lists of everything. Connections are attacked in
``tests/components/shared/test_connection_bounds.py``, bombs of gzip in ``tests/components/enrolment/test_enrolment_api_limits.py``.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from tests.components.attacks.targets import Endpoint, Target, Targets
from tests.support.callers import carrying

PIECE = 1 << 16
MOST = 20 << 20
"""More than any endpoint takes of a body."""


class Endless:
    """A body without an end, and how much of it was taken."""

    def __init__(self, first: bytes, then: bytes) -> None:
        self.taken, self._first, self._then = 0, first, then * (PIECE // len(then))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._first
        while self.taken < 4 * MOST:
            self.taken += len(self._then)
            yield self._then


def posts(targets: Targets) -> list[tuple[Target, Endpoint]]:
    return [(target, each) for target in targets.all() for each in target.business() if each.method == "POST" and not each.is_open]


@pytest.mark.parametrize(("first", "then"), [(b"", b" "), (b'{"do":"', b"x"), (b"", b"\n"), (b"[", b"["), (b"", b"{}\n")])
async def test_no_endpoint_takes_a_body_without_an_end(targets: Targets, first: bytes, then: bytes) -> None:
    for target, each in posts(targets):
        before, body = target.written(), Endless(first, then)
        async with target.client(carrying()) as client:
            answer = await client.post(each.path, headers=each.headers, content=body)
        assert answer.status_code == 413, (each.name, answer.text[:200])
        assert body.taken <= MOST, each.name
        assert target.written() == before


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"a":' * 10_000, b'{"do":' + b"[" * 30_000, b"9" * 60_000, b'{"fen": 1e' + b"9" * 50_000 + b"}"])
async def test_deep_and_monstrous_json_is_a_problem_and_quick(targets: Targets, body: bytes) -> None:
    for target, each in posts(targets):
        before, begun = target.written(), time.process_time()
        async with target.client(carrying()) as client:
            answer = await client.post(each.path, headers=each.headers, content=body)
        assert time.process_time() - begun < 2.0, each.name
        assert answer.status_code < 500, (each.name, answer.text[:200])
        assert target.written() == before, each.name


@pytest.mark.parametrize("limit", ["100000", "-1", "0", "1e9", "99999999999999999999"])
async def test_no_list_is_of_any_length_that_a_caller_likes(targets: Targets, limit: str) -> None:
    lists = [
        (target, each) for target in targets.all() for each in target.business() if any(p.alias == "limit" for p in each.route.dependant.query_params)
    ]
    assert {each.path for _, each in lists} >= {"/v1/cases", "/v1/grants", "/v1/transfers"}
    for target, each in lists:
        async with target.client(carrying()) as client:
            answer = await client.get(each.path, params={"limit": limit})
        assert (answer.status_code, "limit" in answer.text) == (422, True), each.name


async def test_a_query_that_names_a_thing_a_thousand_times_is_a_problem(targets: Targets) -> None:
    for path, name in (("/v1/counts", "area"), ("/v1/stream", "area"), ("/v1/flows", "area"), ("/v1/cells", "x")):
        reporting = next(target for target in targets.all() if target.service == "reporting")
        async with reporting.client(carrying()) as client:
            answer = await client.get(path, params=[(name, "510000")] * 1_000)
        assert answer.status_code == 422, path
