"""Names on a real stack: nothing of them stands in the broker, Redis, the logs, the metrics or the folders, and their loss changes no count."""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import redis
from kafka import KafkaConsumer, TopicPartition

from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.processes import PROCESSES
from deploy.local.redis_access import OPERATOR
from deploy.local.stack import LocalStack
from shared import clock
from shared.log import topics
from shared.log.topics import topics as all_topics
from tests.components.enrolment.children.names_desk import child
from tests.components.enrolment.children.test_nothing_leaks import BIRTH, PLANTED, planted
from tests.support.leaks import leaks, unpacked
from tests.support.stack import NewStack, by_operator
from tests.support.stack_tokens import bearer

PATIENCE = 30.0
OURS = tuple(service for service in PROCESSES if service.service in {"enrolment", "reporting"})
NDJSON = {"content-type": "application/x-ndjson"}


async def until(what: str, ask: Any) -> Any:
    end = clock.seconds() + PATIENCE
    while not (found := await ask()):
        assert clock.seconds() < end, f"after {PATIENCE} s still not: {what}"
        await asyncio.sleep(0.1)
    return found


def in_the_broker(config: StackConfig) -> bytes:
    """Every key, value and header of every topic."""
    held = []
    with closing(KafkaConsumer(**by_operator(config).client(), auto_offset_reset="earliest", enable_auto_commit=False)) as consumer:
        places = [TopicPartition(topic.name, p) for topic in all_topics(partitions=config.partitions) for p in range(topic.partitions)]
        ends = {place: end for place, end in consumer.end_offsets(places).items() if end}
        consumer.assign(list(ends))
        consumer.seek_to_beginning()
        while any(consumer.position(place) < end for place, end in ends.items()):
            for records in consumer.poll(timeout_ms=500).values():
                held += [bytes(r.key or b"") + bytes(r.value or b"") + repr(r.headers).encode() for r in records]
    return b"\n".join(held)


def in_redis(config: StackConfig) -> bytes:
    password = config.redis_password_file(OPERATOR).read_text("ascii").strip()
    with redis.Redis(LOOPBACK, config.redis_port, username=OPERATOR, password=password) as client:
        return b"\n".join(bytes(name) + unpacked(client.dump(name) or b"") for name in client.scan_iter())


async def test_planted_names_stand_nowhere_and_their_loss_changes_no_count(new_stack: NewStack) -> None:
    stack: LocalStack = await asyncio.to_thread(new_stack, services=OURS)
    config, told = stack.config, bearer(stack.config)
    async with httpx.AsyncClient(base_url=config.api_url("enrolment"), timeout=20.0, headers=told) as api:
        lines = b"\n".join(json.dumps(each, ensure_ascii=False).encode() for each in (planted(), child(1), planted(nickname=PLANTED["name"])))
        written = (await until("the directory is there", lambda: _written(api, lines)))["children"]
        student, other = (each["student"] for each in written)
        reports = [
            {
                "specversion": "1.0", "id": f"r-{what}", "source": "/provinces/51", "type": f"cn.baoxue.reported.{what}.v1",
                "subject": student, "time": time, "data": data,
            }
            for what, time, data in (
                ("enrolled", "2020-03-01T08:00:00+08:00", {"county": "513431", "school": "5134310001", "stage": "junior", "grade": 8, "poor": False}),
                ("dropped-out", "2020-03-02T08:00:00+08:00", {"reason": "work", "last_seen": "2020-02-20"}),
            )
        ]  # fmt: skip
        answer = await api.post("/v1/reports", content="\n".join(map(json.dumps, reports)), headers=NDJSON)
        assert answer.json()["logged"] == 2, answer.text
        await api.get(f"/v1/children/{student}", params={"purpose": "verify"})
        await api.post(f"/v1/children/{student}/unmasking", json={"purpose": "persuade"})
        await api.post("/v1/children/search", json={"name": PLANTED["name"], "birth_date": BIRTH, "purpose": "verify"})
        await api.get(f"/v1/children/{PLANTED['name']}", params={"purpose": PLANTED["number"]})
        looks = (await api.get("/v1/access", params={"child": student})).json()["looks"]
        assert {each["did"] for each in looks} == {"name-read", "name-unmasked", "name-found"}
        metrics = [(await api.get("/metrics")).content]

        async def out_of_school() -> Any:
            async with httpx.AsyncClient(base_url=config.api_url("reporting"), timeout=20.0, headers=told) as reporting:
                answer = await reporting.get("/v1/counts", params={"area": "513431"})
                return answer.json() if answer.status_code == 200 and answer.json()["out_of_school"] else None

        before = await until("the child counts", out_of_school)
        home = config.home
        places = {
            "the broker": await asyncio.to_thread(in_the_broker, config),
            "Redis": await asyncio.to_thread(in_redis, config),
            "metrics": b"".join(metrics),
            **{str(path.relative_to(home)): path.read_bytes() for path in await asyncio.to_thread(_files, home)},
        }
        assert topics.ACCESS.encode() in b"".join(name.encode() for name in places)
        assert any(name.startswith("log/") for name in places)
        assert any(name.endswith("children.sqlite") for name in places)
        assert leaks(places, PLANTED.values()) == []

        # Erased, and then all of the directory is lost, its keys too: the counts are what they were, and go on.
        assert (await api.post(f"/v1/children/{other}/erasure", json={"purpose": "request"})).json() == {"student": other, "done": True}
        before_kill = stack.pid("enrolment-api")
        await asyncio.to_thread(shutil.rmtree, config.directory_folder)
        await asyncio.to_thread(stack.kill, "enrolment-api")
        await asyncio.to_thread(stack.wait_ready, "enrolment-api", other_than=before_kill)
        assert (await api.get(f"/v1/children/{student}", params={"purpose": "verify"})).status_code in {404, 503}
        after = await out_of_school()
        assert {name: after[name] for name in ("out_of_school", "by_status", "by_reason")} == {
            name: before[name] for name in ("out_of_school", "by_status", "by_reason")
        }
        returned = {**reports[0], "id": "r-3", "type": "cn.baoxue.reported.returned.v1", "time": "2020-03-05T08:00:00+08:00"}
        answer = await api.post("/v1/reports", content=json.dumps(returned), headers=NDJSON)
        assert answer.json()["logged"] + answer.json()["refused"] == 1, answer.text


async def _written(api: httpx.AsyncClient, lines: bytes) -> dict[str, Any] | None:
    answer = await api.post("/v1/children", content=lines, headers=NDJSON)
    if answer.status_code == 503:
        return None
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _files(home: Path) -> list[Path]:
    return [path for path in sorted(home.rglob("*")) if path.is_file() and "kafka/data" not in str(path)] + list(home.glob("kafka/data/*/*.log"))
