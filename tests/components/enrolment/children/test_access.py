"""Who looked at which child, as superiors and auditors are told it, and what stands out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from services.enrolment.directory.tables import CHILDREN, DESTROYED, ERASURES_FOLLOWED, KEYS, LOOKS, LOOKS_FOLLOWED
from services.enrolment.looks.unusual import rules
from shared.access.access_log import AccessLog, Look
from shared.contracts.access import Looked, Purpose
from shared.contracts.services import CASE
from shared.identity.caller import Caller
from tests.components.enrolment.children.names_desk import AUDITOR, ELSEWHERE, NOW, OFFICER, SUPERIOR, NamesDesk, Who
from tests.components.enrolment.intake_desk import PARTITIONS

ONE, TWO = f"{1:032x}", f"{2:032x}"


async def look(desk: NamesDesk, who: Who, *children: str, county: str | None = "513431", later: timedelta = timedelta()) -> None:
    """Write looks as the api of case does."""
    log = AccessLog(desk.log, CASE, partitions=PARTITIONS, now=lambda: NOW + later)
    caller = Caller(who[0], who[1], frozenset({who[2]}))
    await log.looked(caller, Looked.FILE_READ, [Look(each, county, shown=True) for each in children], purpose=Purpose.WORK)


async def told(desk: NamesDesk, who: Who = SUPERIOR, **query: Any) -> list[dict[str, Any]]:
    answer = await desk.get("/v1/access", who, **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["looks"])


async def test_the_looks_at_a_child_are_told_the_newest_first(desk: NamesDesk) -> None:
    await look(desk, OFFICER, ONE)
    await look(desk, SUPERIOR, ONE, later=timedelta(hours=1))
    await look(desk, OFFICER, TWO)
    first, second = await told(desk, child=ONE)
    assert [first["caller"], second["caller"]] == [SUPERIOR[0], OFFICER[0]]
    assert second == {
        "time": "2026-03-02T12:00:00+08:00",
        "did": "file-read",
        "student": ONE,
        "county": "513431",
        "caller": OFFICER[0],
        "office": OFFICER[1],
        "roles": ["officer"],
        "purpose": "work",
        "shown": True,
        "unusual": [],
    }
    assert [each["student"] for each in await told(desk, caller=OFFICER[0])] in ([ONE, TWO], [TWO, ONE])


async def test_a_superior_is_told_of_its_own_area_only_and_the_nation_of_all(desk: NamesDesk) -> None:
    await look(desk, OFFICER, ONE)
    await look(desk, OFFICER, TWO, county="110101")
    await look(desk, OFFICER, f"{3:032x}", county=None)
    assert [each["student"] for each in await told(desk, caller=OFFICER[0])] == [ONE]
    assert len(await told(desk, AUDITOR, caller=OFFICER[0])) == 3


async def test_pages_follow_one_another_without_a_gap(desk: NamesDesk) -> None:
    await look(desk, OFFICER, *(f"{n:032x}" for n in range(25)))
    found: list[str] = []
    after = None
    while True:
        answer = (await desk.get("/v1/access", AUDITOR, caller=OFFICER[0], limit=7, **({"after": after} if after else {}))).json()
        found += [each["student"] for each in answer["looks"]]
        if (after := answer["next"]) is None:
            break
    assert sorted(found) == [f"{n:032x}" for n in range(25)]
    assert (await desk.get("/v1/access", AUDITOR, caller="x", after="nonsense")).status_code == 422


async def test_without_a_child_or_a_caller_the_days_must_be_told_and_be_few(desk: NamesDesk) -> None:
    await look(desk, OFFICER, ONE)
    await look(desk, OFFICER, TWO, later=timedelta(days=1))
    assert (await desk.get("/v1/access", SUPERIOR)).status_code == 422
    assert (await desk.get("/v1/access", SUPERIOR, since="2026-01-01", until="2026-03-02")).status_code == 422
    assert (await desk.get("/v1/access", SUPERIOR, since="2026-03-02", until="2026-03-01")).status_code == 422
    assert [each["student"] for each in await told(desk, since="2026-03-02", until="2026-03-02")] == [ONE]


async def test_looking_at_many_children_stands_out(desk: NamesDesk) -> None:
    hourly = next(rule for rule in rules() if rule.name == "many-children")
    assert hourly.children is not None
    await look(desk, OFFICER, *(f"{n:032x}" for n in range(hourly.children)))
    await look(desk, OFFICER, *(f"{n:032x}" for n in range(hourly.children)))
    assert await told(desk, caller=OFFICER[0], unusual=True) == []
    await look(desk, OFFICER, "a" * 32, later=timedelta(minutes=5))
    (many,) = await told(desk, caller=OFFICER[0], unusual=True)
    assert (many["student"], many["unusual"]) == ("a" * 32, ["many-children"])
    await look(desk, OFFICER, "b" * 32, later=timedelta(minutes=66))
    assert len(await told(desk, caller=OFFICER[0], unusual=True)) == 1


async def test_looking_into_another_county_stands_out_for_a_county(desk: NamesDesk) -> None:
    await look(desk, ELSEWHERE, ONE)
    await look(desk, SUPERIOR, TWO)
    assert [each["unusual"] for each in await told(desk, child=ONE)] == [["another-county"]]
    assert [each["unusual"] for each in await told(desk, child=TWO)] == [[]]


@pytest.mark.parametrize(("hours", "stands_out"), [(9.9, False), (10, True), (17.9, True), (18, False)])
async def test_looking_at_night_stands_out(desk: NamesDesk, hours: float, stands_out: bool) -> None:
    await look(desk, OFFICER, ONE, later=timedelta(hours=hours))
    assert [each["unusual"] for each in await told(desk, child=ONE)] == [["at-night"] if stands_out else []]


async def test_the_rows_can_be_lost_and_are_read_again(desk: NamesDesk) -> None:
    await look(desk, OFFICER, ONE)
    before = await told(desk, child=ONE)
    async with desk.directory.database.engine.begin() as connection:
        await connection.execute(delete(LOOKS))
        await connection.execute(delete(LOOKS_FOLLOWED))
    assert await told(desk, child=ONE) == before


@pytest.mark.parametrize("restored", ["directory", "keystore", "both"])
async def test_a_backup_from_before_an_erasure_does_not_bring_the_name_back(desk: NamesDesk, restored: str) -> None:
    """Both databases are put back as they were before, one by one and together: the erasure is in the log, and is done again."""
    student = await desk.student()
    await told(desk, child=student)
    directory, keystore = desk.directory.database, desk.directory.keystore.database
    backups = {}
    for database, tables in ((directory, (CHILDREN, LOOKS_FOLLOWED)), (keystore, (KEYS, DESTROYED, ERASURES_FOLLOWED))):
        async with database.engine.begin() as connection:
            backups[database] = {table: [dict(row._mapping) for row in (await connection.execute(select(table))).all()] for table in tables}
    await desk.post(f"/v1/children/{student}/erasure", {"purpose": "request"}, SUPERIOR)
    await told(desk, child=student)
    for database, name in ((directory, "directory"), (keystore, "keystore")):
        if restored in {name, "both"}:
            async with database.engine.begin() as connection:
                for table, rows in backups[database].items():
                    await connection.execute(delete(table))
                    if rows:
                        await connection.execute(table.insert(), rows)
    await told(desk, child=student)
    assert (await desk.get(f"/v1/children/{student}", OFFICER, purpose="verify")).status_code == 410
    async with keystore.engine.begin() as connection:
        assert (await connection.execute(select(KEYS).where(KEYS.c.owner == student))).all() == []
    async with directory.engine.begin() as connection:
        row = (await connection.execute(select(CHILDREN).where(CHILDREN.c.student == student))).one()
    assert row.sealed_name is None
    assert row.look_up is None


async def test_a_record_that_is_no_event_of_access_is_passed_over(desk: NamesDesk) -> None:
    await desk.log.append("access", {0: [(b"x", b"no event")]})
    await look(desk, OFFICER, ONE)
    assert len(await told(desk, child=ONE)) == 1
