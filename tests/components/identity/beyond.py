"""Callers of every kind, children in counties near and far, and what an answer tells of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import httpx

from shared.clock import china_day, now
from shared.identity.caller import Caller, Role
from shared.identity.rights import Action, area_of
from tests.support.callers import carrying

ZHAOJUE, BUTUO, JINJIANG, DONGCHENG = "513431", "513429", "510104", "110101"
"""Two counties of one prefecture, one more of their province, and one of another province."""
CHILDREN = {f"{n:032x}": county for n, county in enumerate((ZHAOJUE, ZHAOJUE, BUTUO, JINJIANG, DONGCHENG), 1)}
NOBODY = "f" * 32
"""A child that nobody ever heard of."""
AREAS = (None, "100000", "510000", "513400", ZHAOJUE, DONGCHENG, "watch52", "999999")
OFFICES = ("/nation", "/provinces/51", "/prefectures/513400", "/counties/513431", "/counties/513430", "/counties/110101", "/schools/5134310001")
ROLES: tuple[tuple[Role, ...], ...] = (
    (Role.OFFICER,), (Role.AUDITOR,), (Role.SENDER, Role.REPORTER), (Role.STATISTICIAN, Role.OPERATOR, Role.SUPERIOR), tuple(Role),
)  # fmt: skip


class Asking(NamedTuple):
    """A caller, and the header that says so."""

    caller: Caller
    headers: dict[str, str]

    def area(self, action: Action) -> frozenset[str]:
        return area_of(self.caller, action, china_day(now()))

    def sees(self, action: Action) -> set[str]:
        """The children that the caller may learn of."""
        area = self.area(action)
        return {child for child, county in CHILDREN.items() if county in area}


def askers() -> Iterator[Asking]:
    """Every office with roles that read children and roles that do not."""
    for office in OFFICES:
        for roles in ROLES:
            yield Asking(Caller("asking", office, frozenset(roles)), carrying(office, *roles, sub="asking"))


def told_of(answer: httpx.Response) -> set[str]:
    """The children that an answer names, in its body or its headers."""
    return set(re.findall(r"[0-9a-f]{32}", answer.text + str(answer.headers.raw))) & CHILDREN.keys()


def as_of(answer: httpx.Response, child: str) -> tuple[int, list[tuple[bytes, bytes]], str]:
    """All that an answer tells, with the child's id taken out."""
    return answer.status_code, answer.headers.raw, answer.text.replace(child, "<child>")


async def every_page(client: httpx.AsyncClient, path: str, asking: Asking, query: dict[str, Any]) -> tuple[int, set[str]]:
    """Walk through all pages of a list, each of one entry; return the status and the children that were named."""
    named, after = set[str](), None
    while True:
        params = {name: value for name, value in (query | {"after": after, "limit": 1}).items() if value is not None}
        answer = await client.get(path, params=params, headers=asking.headers)
        named |= told_of(answer)
        after = answer.json().get("next")
        if answer.status_code != 200 or after is None:
            return answer.status_code, named


def lines(children: Iterable[str], suffix: str, **fields: Any) -> bytes:
    """Lines of commands, one to each child."""
    return b"\n".join(json.dumps({"id": f"{child}{suffix}", **fields}).encode() for child in children)
