"""Losing the directory loses names, never counts: the record is byte for byte what it is where there never was a name."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.components.enrolment.children.names_desk import OFFICER, SENDER, NamesDesk, Who, child
from tests.components.enrolment.lines import line
from tests.support.redis import RedisDatabase

NATION: Who = ("nation", "/nation", SENDER[2])
CHILD = f"{7:032x}"


async def report(desk: NamesDesk, *lines: bytes) -> None:
    answer = await desk.post("/v1/reports", b"\n".join(lines), NATION, "application/x-ndjson")
    assert answer.json()["logged"] == len(lines), answer.text
    await desk.decide()


def record(desk: NamesDesk) -> list[list[bytes | None]]:
    return [[each.value for each in partition] for partition in desk.log.topics["student-status"]]


async def story(desk: NamesDesk, *, with_names: bool) -> list[list[bytes | None]]:
    """Report a child before and after all of the directory is deleted under the api, keys too."""
    if with_names:
        student = await desk.student()
    await report(desk, line("enrolled", subject=CHILD, id="e"))
    for file in (file for file in desk.folder.iterdir() if with_names):
        file.unlink()
    await report(desk, line("dropped-out", {"reason": "work", "last_seen": "2020-06-01"}, subject=CHILD, id="d", time="2020-06-13T08:00:00+08:00"))
    if with_names:
        assert (await desk.write_answer(child(2))).status_code == 503
        assert (await desk.get(f"/v1/children/{student}", OFFICER, purpose="verify")).status_code in {404, 410, 503}
    return record(desk)


async def test_the_record_is_what_it_is_without_names(database: RedisDatabase, tmp_path: Path) -> None:
    records = []
    for with_names in (True, False):
        folder = tmp_path / str(with_names)
        folder.mkdir()
        async with NamesDesk(database, folder).open() as desk:
            records.append(await story(desk, with_names=with_names))
        database.lose()
        shutil.rmtree(folder)
    assert records[0] == records[1]
    assert sum(map(len, records[0])) == 2
