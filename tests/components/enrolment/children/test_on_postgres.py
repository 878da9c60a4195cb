"""The same on PostgreSQL: a child is written, found, seen, told of, and erased; and the server's own log, statements and all, names nobody."""

from __future__ import annotations

from pathlib import Path

from services.enrolment.looks.unusual import rules
from tests.components.enrolment.children.names_desk import OFFICER, SUPERIOR, NamesDesk
from tests.components.enrolment.children.test_access import look, told
from tests.components.enrolment.children.test_nothing_leaks import BIRTH, PLANTED, everything, planted
from tests.support.leaks import leaks
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisDatabase


async def test_a_child_from_its_writing_to_its_erasure(database: RedisDatabase, postgres: PostgresServer, tmp_path: Path) -> None:
    urls = postgres.database(), postgres.database()
    async with NamesDesk(database, tmp_path, urls).open() as desk:
        await everything(desk)
        student = (await desk.write(planted()))["children"][0]["student"]
        asked = {"name": PLANTED["name"], "birth_date": BIRTH, "purpose": "verify"}
        found = (await desk.post("/v1/children/search", asked, OFFICER)).json()["children"]
        assert [each["student"] for each in found] == [student]
        many = next(rule.children for rule in rules() if rule.children)
        await look(desk, OFFICER, *(f"{n:032x}" for n in range(many + 1)))
        flagged = await told(desk, caller=OFFICER[0], unusual=True)
        assert flagged
        assert all(each["unusual"] == ["many-children"] for each in flagged)
        assert (await desk.post(f"/v1/children/{student}/erasure", {"purpose": "request"}, SUPERIOR)).json()["done"]
        assert (await desk.get(f"/v1/children/{student}", OFFICER, purpose="verify")).status_code == 410
        assert len((await desk.get("/v1/access", SUPERIOR, child=student, limit=2)).json()["looks"]) == 2
    places = {
        "the server's log": postgres.log.read_bytes(),
        **{str(path): path.read_bytes() for path in postgres.folder.glob("data/base/*/*") if path.is_file()},
        **{str(path): path.read_bytes() for path in postgres.folder.glob("data/pg_wal/*") if path.is_file()},
    }
    assert b"INSERT INTO children" in places["the server's log"]
    assert leaks(places, PLANTED.values()) == []
