"""Whoever reads a child's aid leaves a trace, and reads nothing where no trace can be left."""

from __future__ import annotations

import json
from typing import Any

from shared.log.topics import ACCESS
from tests.components.relief.relief_desk import ReliefDesk
from tests.components.shared.office_desk import CHILD
from tests.domain.relief.grants import AUTUMN, OFFICE, in_school
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

GRANT = f"{CHILD}-{AUTUMN}"


def looks(desk: ReliefDesk) -> list[dict[str, Any]]:
    return [json.loads(record.value or b"")["data"] for partition in desk.log.topics.get(ACCESS, []) for record in partition]


async def test_reading_a_grant_is_recorded_or_not_answered(database: RedisDatabase) -> None:
    desk = ReliefDesk(database)
    await desk.tell(("2019-09-02", in_school))
    officer = carrying(OFFICE, "officer", sub="officer-7")
    assert (await desk.client.get(f"/v1/grants/{GRANT}", params={"purpose": "aid"}, headers=officer)).status_code == 200
    assert (await desk.ask(AUTUMN, "set-boarding", office=OFFICE, boarder=True)).status_code == 200
    assert (await desk.client.get(f"/v1/grants/{'f' * 32}-{AUTUMN}", headers=officer)).status_code == 404
    told = [(each["did"], each["purpose"], each["shown"], each.get("county")) for each in looks(desk)]
    assert sorted(told, key=str) == [
        ("grant-read", "aid", True, "513431"),
        ("grant-read", "work", False, None),
        ("grant-read", "work", True, "513431"),
    ]
    desk.log.unavailable_topics = {ACCESS}
    assert (await desk.client.get(f"/v1/grants/{GRANT}", headers=officer)).status_code == 503


async def test_all_grants_of_a_child_are_told_the_newest_first_and_recorded_once(database: RedisDatabase) -> None:
    desk = ReliefDesk(database)
    await desk.tell(("2019-09-02", in_school))
    officer, elsewhere = carrying(OFFICE, "officer", sub="officer-7"), carrying("/counties/110101", "officer", sub="officer-8")
    path = f"/v1/students/{CHILD}/grants"
    answer = await desk.client.get(path, headers=officer)
    assert answer.status_code == 200, answer.text
    assert [(grant["id"], grant["state"]) for grant in answer.json()["grants"]] == [(GRANT, "due")]
    assert (await desk.client.get(path, headers=elsewhere)).status_code == 404
    assert (await desk.client.get(f"/v1/students/{'f' * 32}/grants", headers=officer)).status_code == 404
    assert [(each["caller"], each["shown"]) for each in looks(desk) if each["did"] == "grant-read"].count(("officer-7", True)) == 1
    desk.log.unavailable_topics = {ACCESS}
    assert (await desk.client.get(path, headers=officer)).status_code == 503
