"""The directory on a real SQLite and a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from services.enrolment.directory.directory import NotWritten
from services.enrolment.directory.key_files import KeysWrong, add_master_key, keep_newest_master_key
from services.enrolment.directory.migrating import Part, migrate, newest, version_of
from services.enrolment.directory.sealing import SealBroken
from services.enrolment.directory.tables import CHILDREN, DIRECTORY, KEYS, KEYSTORE
from tests.components.enrolment.directory.names import AT, OFFICE, Rig, child, entry

ONE, TWO = f"{1:032x}", f"{2:032x}"
BORN = date(2010, 1, 1)


async def written(rig: Rig, *entries: object) -> list[object]:
    return list(await rig.directory.write(entries, office=OFFICE, at=AT))  # type: ignore[arg-type]  # entries


async def test_a_child_that_was_written_is_found_as_it_was(rig: Rig) -> None:
    assert await written(rig, entry(1), entry(2)) == [ONE, TWO]
    found = await rig.directory.get(ONE)
    assert found is not None
    assert (found.student, found.county, found.child, found.erased) == (ONE, "513431", child(1), False)
    assert await rig.directory.get(f"{3:032x}") is None


async def test_a_child_written_again_is_what_was_written_last(rig: Rig) -> None:
    await written(rig, entry(1))
    assert await written(rig, entry(1, name="吉克阿衣")) == [ONE]
    found = await rig.directory.get(ONE)
    assert found is not None
    assert found.child == child(1, name="吉克阿衣")
    assert await rig.directory.search("吉克阿呷", BORN) == []
    assert await rig.directory.search("吉克阿衣", BORN) == [ONE]


async def test_a_search_finds_a_name_however_it_was_typed(rig: Rig) -> None:
    await written(rig, entry(1, name="阿依古丽·买买提"), entry(2))
    for typed in ("阿依古丽·买买提", "阿依古丽•买买提", " 阿依古丽　买买提", "阿依古丽買買提"):
        expected = [] if "買" in typed else [ONE]
        assert await rig.directory.search(typed, BORN) == expected
    assert await rig.directory.search("阿依古丽·买买提", date(2010, 1, 2)) == []


async def test_numbers_that_become_known_name_the_same_child(rig: Rig) -> None:
    """A child is written by its L number; later by its G number and the L number; then by the G number alone."""
    temporary, formal = ONE, TWO
    assert await written(rig, entry(1)) == [temporary]
    assert await written(rig, entry(2, temporary)) == [temporary]
    assert await written(rig, entry(2)) == [temporary]
    assert await rig.directory.get(formal) is None


async def test_lines_of_one_body_name_the_same_child_by_several_numbers(rig: Rig) -> None:
    assert await written(rig, entry(1, TWO), entry(2)) == [ONE, ONE]


async def test_numbers_of_two_children_are_not_put_together_silently(rig: Rig) -> None:
    await written(rig, entry(1), entry(2))
    assert await written(rig, entry(1, TWO)) == [NotWritten.TWO_CHILDREN]


async def test_two_who_write_the_same_child_at_once_write_one_child(rig: Rig) -> None:
    answers = await asyncio.gather(*(written(rig, entry(1, TWO)) for _ in range(6)))
    assert answers == [[ONE]] * 6
    found = await rig.directory.get(ONE)
    assert found is not None
    assert found.child == child(1)


async def test_nothing_of_a_child_stands_in_clear(rig: Rig) -> None:
    await written(rig, entry(1))
    async with rig.directory.database.engine.connect() as connection:
        row = (await connection.execute(select(CHILDREN))).one()
    held = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row if value is not None)
    for clear in ("吉克", "阿呷", "13800138000", "昭觉", "20100101", "2010-01-01", "5134310001", "七年级", "female"):
        assert clear.encode() not in held


@pytest.mark.parametrize("moved", ["to another child", "to another field"])
async def test_a_sealed_field_opens_nowhere_but_in_its_place(rig: Rig, moved: str) -> None:
    await written(rig, entry(1), entry(2))
    async with rig.directory.database.engine.begin() as connection:
        rows = {row.student: row for row in (await connection.execute(select(CHILDREN))).all()}
        value = rows[TWO].sealed_name if moved == "to another child" else rows[ONE].sealed_address
        await connection.execute(update(CHILDREN).where(CHILDREN.c.student == ONE).values(sealed_name=value))
    with pytest.raises(SealBroken):
        await rig.directory.get(ONE)


async def test_an_erased_child_has_no_name_and_gets_none_again(rig: Rig) -> None:
    await written(rig, entry(1), entry(2))
    await rig.directory.erase(ONE, AT)
    await rig.directory.erase(ONE, AT)
    found = await rig.directory.get(ONE)
    assert found is not None
    assert (found.child, found.erased) == (None, True)
    assert await rig.directory.search("吉克阿呷", BORN) == [TWO]
    assert await written(rig, entry(1)) == [NotWritten.ERASED]
    async with rig.directory.database.engine.connect() as connection:
        row = (await connection.execute(select(CHILDREN).where(CHILDREN.c.student == ONE))).one()
    kept = {name for name, value in row._mapping.items() if value is not None}
    assert kept == {"student", "county", "written_by", "written_at", "erased_at"}


async def test_no_key_is_made_for_an_erased_child_and_one_that_came_back_opens_nothing(rig: Rig) -> None:
    await written(rig, entry(1))
    keystore = rig.directory.keystore
    async with keystore.database.engine.connect() as connection:
        key = dict((await connection.execute(select(KEYS).where(KEYS.c.owner == ONE))).one()._mapping)
    await rig.directory.erase(ONE, AT)
    assert await written(rig, entry(1)) == [NotWritten.ERASED]
    async with keystore.database.engine.begin() as connection:
        assert (await connection.execute(select(KEYS).where(KEYS.c.owner == ONE))).all() == []
        await connection.execute(KEYS.insert(), key)
    assert await keystore.find([ONE]) == await keystore.ensure([ONE]) == {}


async def test_an_older_copy_of_the_directory_does_not_bring_a_name_back(rig: Rig) -> None:
    await written(rig, entry(1), entry(2))
    async with rig.directory.database.engine.connect() as connection:
        backup = [dict(row._mapping) for row in (await connection.execute(select(CHILDREN))).all()]
    await rig.directory.erase(ONE, AT)
    async with rig.directory.database.engine.begin() as connection:
        await connection.execute(CHILDREN.delete())
        await connection.execute(CHILDREN.insert(), backup)
    restored, other = await rig.directory.get_all([ONE, TWO])
    assert restored.child is None
    assert other.child == child(2)
    assert await written(rig, entry(1)) == [NotWritten.ERASED]


async def test_a_destroyed_key_lies_in_no_file_of_the_keystore(rig: Rig, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    await written(rig, entry(1), entry(2))
    async with rig.directory.keystore.database.engine.connect() as connection:
        wrapped = (await connection.execute(select(KEYS.c.wrapped).where(KEYS.c.owner == ONE))).scalar_one()
        await connection.rollback()
        # While somebody is connected, SQLite keeps its log, and what was written into it.
        await rig.directory.erase(ONE, AT)
        held_open = b"".join(path.read_bytes() for path in tmp_path.glob("keystore.sqlite*"))  # noqa: ASYNC240 - nothing else runs
        assert wrapped not in held_open
    if rig.keys_url.startswith("sqlite"):
        held = b"".join(path.read_bytes() for path in tmp_path.glob("keystore.sqlite*"))  # noqa: ASYNC240 - nothing else runs
    else:
        dump = request.getfixturevalue("postgres").run("pg_dump", "-d", rig.keys_url)
        held = bytes(dump.replace(wrapped.hex().encode(), wrapped))
        assert b"blind-index" in held
    assert wrapped not in held


async def test_a_dump_of_the_directory_holds_no_key(rig: Rig, request: pytest.FixtureRequest) -> None:
    await written(rig, entry(1))
    async with rig.directory.database.engine.connect() as connection:
        tables = set(await connection.run_sync(lambda sync: sync.dialect.get_table_names(sync)))
    assert tables == {*DIRECTORY.tables, "alembic_version"}
    assert "wrapped_keys" not in tables


async def test_the_master_key_changes_while_children_are_read_and_written(rig: Rig) -> None:
    await written(rig, *(entry(n) for n in range(1, 21)))
    add_master_key(rig.master)
    await written(rig, entry(21))
    assert (await rig.directory.keystore.versions()).keys() == {1, 2}
    while await rig.directory.keystore.rewrap():
        found = await rig.directory.get(ONE)
        assert found is not None
        assert found.child == child(1)
    assert (await rig.directory.keystore.versions()).keys() == {2}
    keep_newest_master_key(rig.master)
    assert len([each for each in await rig.directory.get_all([f"{n:032x}" for n in range(1, 22)]) if each.child]) == 21


async def test_a_master_key_that_is_gone_is_an_error_that_names_the_version(rig: Rig) -> None:
    await written(rig, entry(1))
    add_master_key(rig.master)
    keep_newest_master_key(rig.master)
    with pytest.raises(KeysWrong, match="version 1 of the master key is not there"):
        await rig.directory.get(ONE)


async def test_a_lost_keystore_loses_names_until_they_are_sent_again(rig: Rig) -> None:
    await written(rig, entry(1))
    async with rig.directory.keystore.database.engine.begin() as connection:
        await connection.execute(KEYS.delete())
    found = await rig.directory.get(ONE)
    assert found is not None
    assert (found.child, found.erased) == (None, False)
    assert await written(rig, entry(1)) == [ONE]
    assert await rig.directory.search("吉克阿呷", BORN) == [ONE]


async def test_the_migrations_make_the_tables_that_the_code_uses(rig: Rig) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    for database, part, metadata in (
        (rig.directory.database, Part.DIRECTORY, DIRECTORY),
        (rig.directory.keystore.database, Part.KEYSTORE, KEYSTORE),
    ):
        await migrate(database, part)
        assert await version_of(database) == newest(part)
        async with database.engine.connect() as connection:
            differences = await connection.run_sync(
                lambda sync, metadata=metadata: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)  # type: ignore[misc]  # one of two
            )
        assert differences == []


async def test_an_error_of_the_database_repeats_no_value(rig: Rig) -> None:
    async with rig.directory.database.engine.connect() as connection:
        with pytest.raises(Exception, match="hidden due to hide_parameters") as error:
            await connection.execute(text("SELECT :name FROM nowhere"), {"name": "吉克阿呷"})
    assert "吉克" not in str(error.value)


async def test_several_migrations_at_once_do_not_get_in_each_others_way(rig: Rig) -> None:
    children, keys = rig.directory.database, rig.directory.keystore.database
    await asyncio.gather(*(migrate(database, part) for database, part in ((children, Part.DIRECTORY), (keys, Part.KEYSTORE)) * 3))
    assert (await version_of(children), await version_of(keys)) == (newest(Part.DIRECTORY), newest(Part.KEYSTORE))
