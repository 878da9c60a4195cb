"""Enrolment's api with a directory of children, its worker behind it, and callers of every kind in front of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import Request

from services.enrolment.api import create_app
from services.enrolment.decider import EnrolmentDecider
from services.enrolment.directory.database import Database, url_of
from services.enrolment.directory.directory import Directory
from services.enrolment.directory.key_files import add_master_key, add_student_key, read_student_keys
from services.enrolment.directory.keystore import Keystore
from services.enrolment.directory.master_keys import FileMasterKeys
from services.enrolment.directory.migrating import Part, migrate
from services.enrolment.limits import Limits
from shared.deciding.deciding_follower import DecidingFollower
from shared.geography.divisions import divisions
from shared.identity.caller import Caller, Role
from shared.log import topics
from shared.log.memory_log import MemoryLog
from shared.worker.follower import RecordBatch
from tests.components.enrolment.directory.names import number_of
from tests.components.enrolment.intake_desk import PARTITIONS, store_in
from tests.support.redis import RedisDatabase

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in China
ZHAOJUE, BUTUO = "513431", "513429"
SENDER = ("province-51", "/provinces/51", Role.SENDER)
OFFICER = ("officer-zhaojue", "/counties/513431", Role.OFFICER)
ELSEWHERE = ("officer-butuo", "/counties/513429", Role.OFFICER)
SUPERIOR = ("superior-liangshan", "/prefectures/513400", Role.SUPERIOR)
AUDITOR = ("auditor", "/nation", Role.AUDITOR)
Who = tuple[str, str, Role]


class Introduced:
    """An ``Identity`` that takes callers at their word."""

    async def caller_of(self, request: Request) -> Caller | None:
        told = request.headers.get("caller")
        if told is None:
            return None
        sub, office, role = told.split(" ")
        return Caller(sub, office, frozenset({Role(role)}))

    async def check(self) -> None:
        pass

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


class NamesDesk:
    """The api, what it stands on, and a client. It is always ``now``."""

    def __init__(self, redis: RedisDatabase, folder: Path, urls: tuple[str, str] | None = None) -> None:
        self.log, self.redis, self.now, self.folder = MemoryLog(PARTITIONS), redis, NOW, folder
        self.store = store_in(redis.client)
        self.student_keys, self.master = folder / "student-id.keys", folder / "master.keys"
        add_student_key(self.student_keys, date(2020, 1, 1))
        add_master_key(self.master)
        children, keys = urls or (f"sqlite:///{folder}/children.sqlite", f"sqlite:///{folder}/keystore.sqlite")
        self.directory = Directory(Database(url_of(children)), Keystore(Database(url_of(keys)), FileMasterKeys(self.master)))
        self.app = create_app(
            limits=Limits(),
            log=self.log,
            redis=redis.client,
            divisions=divisions(),
            store=self.store,
            partitions=PARTITIONS,
            identity=Introduced(),
            now=lambda: self.now,
            directory=self.directory,
            student_keys=self.student_keys,
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://desk")
        self._follower = DecidingFollower(EnrolmentDecider(), self.store, self.log)
        self._cursors = dict.fromkeys(range(PARTITIONS), 0)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[NamesDesk]:
        await migrate(self.directory.database, Part.DIRECTORY)
        await migrate(self.directory.keystore.database, Part.KEYSTORE)
        async with self.app.router.lifespan_context(self.app):
            yield self

    async def post(self, path: str, body: Any, who: Who | None, media_type: str = "application/json") -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(path, content=content, headers={"content-type": media_type, **introduced(who)})

    async def get(self, path: str, who: Who | None, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query, headers=introduced(who))

    async def write(self, *children: dict[str, Any], who: Who = SENDER) -> dict[str, Any]:
        """Write children, a line each."""
        answer = await self.write_answer(*children, who=who)
        assert answer.status_code in {200, 422}, answer.text
        return dict(answer.json())

    async def write_answer(self, *children: dict[str, Any], who: Who = SENDER) -> httpx.Response:
        lines = b"\n".join(json.dumps(each, ensure_ascii=False).encode() for each in children)
        return await self.post("/v1/children", lines, who, "application/x-ndjson")

    async def student(self, **known: Any) -> str:
        """Write one child, and return its id."""
        return str((await self.write(child(**known)))["children"][0]["student"])

    async def decide(self) -> None:
        """Let the worker decide what was reported."""
        for partition, first in self._cursors.items():
            if records := self.log.topics.get(topics.SUBMISSIONS, [[]] * PARTITIONS)[partition][first:]:
                batch = RecordBatch(topics.SUBMISSIONS, partition, first, first + len(records), records)
                self._cursors[partition] = await self._follower.follow(batch)

    def id_of(self, number: str) -> str:
        return read_student_keys(self.student_keys).keys[0].id_of(number)

    def access(self) -> list[dict[str, Any]]:
        """What the topic holds, by partition."""
        return [json.loads(record.value or b"") for partition in self.log.topics.get(topics.ACCESS, []) for record in partition]


def introduced(who: Who | None) -> dict[str, str]:
    return {} if who is None else {"caller": " ".join(who)}


def child(n: int = 1, **known: Any) -> dict[str, Any]:
    """A child as it is sent."""
    born = str(known.get("birth_date", "2010-01-01"))
    told = {
        "name": "吉克阿呷",
        "birth_date": born,
        "county": ZHAOJUE,
        "sex": "female",
        "identity_number": number_of(n, born.replace("-", "")),
        "guardians": [{"name": "吉克拉则", "telephone": "13800138000", "relation": "母亲"}],
        "address": "四川省凉山州昭觉县某乡某村9组",
        "school": "5134310001",
        "class_name": "七年级二班",
    } | known
    return {name: value for name, value in told.items() if value is not None}
