"""What is planted into the directory stands nowhere else: not in the log, Redis, log lines, errors, metrics, nor in clear on the disk."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.components.enrolment.children.names_desk import ELSEWHERE, OFFICER, SENDER, SUPERIOR, NamesDesk, child
from tests.components.enrolment.directory.names import number_of
from tests.support.leaks import forms_of, leaks, unpacked
from tests.support.redis import RedisDatabase

PLANTED = {
    "name": "欧阳菡萏",
    "address": "秘境省无此县乌有乡子虚村七十七组",
    "guardian": "司徒蘅芜",
    "telephone": "13977770001",
    "relation": "表舅公",
    "class": "九年级丁班",
    "temporary": "L005199201012127766",
    "number": number_of(777, "20101212"),
    "note": "孩子在无名纸坊做工，祖母卧病",
}
BIRTH = "2010-12-12"


def planted(**known: Any) -> dict[str, Any]:
    told = {
        "name": PLANTED["name"],
        "birth_date": BIRTH,
        "address": PLANTED["address"],
        "guardians": [{"name": PLANTED["guardian"], "telephone": PLANTED["telephone"], "relation": PLANTED["relation"]}],
        "class_name": PLANTED["class"],
        "former_numbers": [PLANTED["temporary"]],
    }
    return child(777, **(told | known))


async def everything(desk: NamesDesk) -> list[bytes]:
    """Do all that can be done with a child, and much that fails; return the answers that must hold no name."""
    student = (await desk.write(planted()))["children"][0]["student"]
    name, number = PLANTED["name"], PLANTED["number"]
    wrong = [
        planted(county="110101"),
        planted(nickname=name),
        planted(name=f" {name} "),
        planted(identity_number=number[:17] + ("1" if number[17] != "1" else "2")),
        planted(registration_number=f"G{number}x"),
        planted(school=name),
        planted(sex=name),
        {name: number},
    ]
    answers = [json.dumps(await desk.write(*wrong), ensure_ascii=False).encode()]
    asked = {"name": name, "birth_date": BIRTH, "purpose": "verify"}
    await desk.get(f"/v1/children/{student}", OFFICER, purpose="verify")
    await desk.post(f"/v1/children/{student}/notes", {"id": "a" * 32, "text": PLANTED["note"]}, OFFICER)
    await desk.post(f"/v1/children/{student}/notes", {"id": "b" * 32, "text": PLANTED["note"], PLANTED["note"]: 1}, OFFICER)
    scanned = b"%PDF-1.7\n" + PLANTED["note"].encode()
    await desk.post(f"/v1/children/{student}/attachments?note={'c' * 32}&kind=letter", scanned, OFFICER, "application/pdf")
    assert len((await desk.get(f"/v1/children/{student}/notes", OFFICER, purpose="verify")).json()["notes"]) == 2
    assert (await desk.get(f"/v1/children/{student}/attachments/{'c' * 32}", OFFICER, purpose="verify")).content == scanned
    await desk.post("/v1/children/search", asked, OFFICER)
    await desk.post(f"/v1/children/{student}/unmasking", {"purpose": "persuade"}, OFFICER)
    refused = (
        await desk.post("/v1/children/search", {**asked, "purpose": name}, OFFICER),
        await desk.post("/v1/children/search", {**asked, "name": f" {name}"}, OFFICER),
        await desk.post("/v1/children/search", f'{{"name": "{name}"'.encode(), OFFICER),
        await desk.post("/v1/children/search", {**asked, name: 1, f"{name}x": 2}, OFFICER),
        await desk.post("/v1/children/search", f'{{"{name}": 1, "{name}": 2}}'.encode(), OFFICER),
        await desk.post("/v1/children", f'{{"{name}": 1, "{name}": 2}}'.encode(), SENDER),
        await desk.post("/v1/children/search", asked, ELSEWHERE),
        await desk.get(f"/v1/children/{name}", OFFICER, purpose="verify"),
        await desk.get(f"/v1/children/{number}", OFFICER, purpose=name),
        await desk.get("/v1/access", SUPERIOR, child=number),
        await desk.get("/v1/access", SUPERIOR, child=student),
        await desk.post("/v1/children", planted(), SENDER, name.encode().hex()),
        await desk.get(f"/v1/children/{student}", ELSEWHERE, purpose="verify"),
    )
    answers += [each.content + str(dict(each.headers)).encode() for each in refused]
    keys, desk.master = desk.master, desk.folder / "gone"
    keys.rename(desk.master)
    answers.append((await desk.post("/v1/children", planted(), SENDER)).content)
    desk.master.rename(keys)
    return answers


async def test_what_is_planted_stands_nowhere_else(
    desk: NamesDesk, database: RedisDatabase, caplog: pytest.LogCaptureFixture, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from shared.logging import _JsonLines

    caplog.set_level(logging.DEBUG)
    for name in ("aiosqlite", "sqlalchemy.engine", "sqlalchemy.pool", "alembic", "uvicorn", "httpx", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    told = await everything(desk)
    as_json = _JsonLines({})
    screen = capfd.readouterr()
    places = {
        "the log": b"\n".join(bytes(r.value or b"") + bytes(r.key or b"") for t in desk.log.topics.values() for p in t for r in p),
        "Redis": b"\n".join([name.encode() + unpacked(await database.operator.dump(name) or b"") for name in database.names()]),
        "log lines": "\n".join(as_json.format(record) for record in caplog.records if not record.name.startswith("httpx")).encode(),
        "the screen": f"{screen.out}{screen.err}".encode(),
        "metrics": (await desk.client.get("/metrics")).content,
        "answers": b"\n".join(told),
        "the files": b"\n".join(path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()),  # noqa: ASYNC240 - nothing else runs
    }
    assert b"officer-zhaojue" in places["the log"]
    assert caplog.records
    assert leaks(places, PLANTED.values()) == []


def test_the_search_for_leaks_finds_what_is_there() -> None:
    for value in PLANTED.values():
        for name, form in forms_of(value):
            assert leaks({"x": b'{"a": "' + form + b'"}'}, [value]), (value, name)
