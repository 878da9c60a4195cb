"""API10:2023, unsafe consumption of apis: what comes from an issuer, from another service or out of Redis is judged as what a caller sends.

Facts that do not belong are attacked in ``tests/components/shared``, the keys of an issuer in ``tests/components/identity/test_issuer_keys.py``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.log import topics
from shared.log.partitioner import partition_of
from shared.worker.follower import RecordBatch
from tests.components.attacks.targets import CHILD, Targets
from tests.components.case.case_desk import ATTEMPT, asked
from tests.components.shared.office_desk import PARTITIONS, OfficeDesk, at
from tests.components.shared.test_deciding import Taken
from tests.domain.case.case_story import opened

HOSTILE: dict[str, Any] = {
    "markup": {"subject": "<script>alert(1)</script>"},
    "a child that is none": {"subject": "../../etc/passwd"},
    "a type of nobody's": {"type": "cn.baoxue.case.erase-all.v1"},
    "a time that is none": {"time": "0000-00-00T00:00:00Z"},
    "data of another type": {"data": {"do": "drop", "table": "cases"}},
    "data that are a text": {"data": "'; FLUSHALL; --"},
}


async def written_past_the_api(desk: OfficeDesk, topic: str, value: bytes) -> None:
    """Write a record into the log as somebody does who has got at the broker, and let the worker take it."""
    partition = partition_of(CHILD.encode(), PARTITIONS)
    desk.log.stopped = True
    offset = (await desk.log.append(topic, {partition: [(CHILD.encode(), value)]}))[partition]
    taken = [Taken(offset, CHILD.encode(), value)]
    await desk.log._follower.follow(RecordBatch(topic, partition, offset, offset + 1, taken))
    desk.log.stopped = False


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_command_that_somebody_wrote_into_the_log_past_the_api_is_judged(targets: Targets, hostile: str) -> None:
    desk = targets.case
    before = (await desk.client.get(f"/v1/cases/{CHILD}")).text
    good = json.loads(asked(opened(), time=at("2020-06-02"), id_="evil", source="/case/policies"))
    value = json.dumps(good | HOSTILE[hostile]).encode()
    await written_past_the_api(desk, topics.CASE_COMMANDS, value)
    assert (await desk.client.get(f"/v1/cases/{CHILD}")).text == before
    dead = [json.loads(record.value or b"") for records in desk.log.topics[topics.dead(topics.CASE_COMMANDS)] for record in records]
    assert len(dead) == 1
    assert "evil.test" not in json.dumps(dead)
    assert (await desk.ask(key="k", **ATTEMPT)).status_code == 200


@pytest.mark.parametrize("value", [b"", b"{", b"\xff\xfe\x00", b"null", b"[" * 5_000, b"<xml/>", b"\x80\x04\x95pickle", b"[" + b"9" * 5_000 + b"]"])
async def test_what_is_no_event_at_all_is_put_aside_and_ends_no_worker(targets: Targets, value: bytes) -> None:
    desk = targets.relief
    await written_past_the_api(desk, topics.RELIEF_COMMANDS, value)
    assert (await desk.ask("2019-autumn", "set-boarding", key="k", office="/counties/513431", boarder=True)).status_code == 200
