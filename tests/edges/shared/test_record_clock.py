"""The moment that an api takes for now, by the record and by the calendar."""

from datetime import UTC, datetime

import pytest

from shared.clock import CHINA
from shared.commands.record_clock import Today, clock_of_api
from shared.deciding.states.state_store import StateStore
from shared.http.problems import Problem
from tests.edges.shared.heard_record import IGNORED, PARTITIONS, P, Record

NOON = datetime(2020, 6, 14, 12, tzinfo=CHINA)


async def test_by_the_record_it_is_the_newest_time_of_a_fact_in_any_partition(record: Record) -> None:
    record.say(1, time=NOON)
    record.say(2, IGNORED, time=datetime(2020, 6, 13, 12, tzinfo=UTC))
    await record.follow()
    record.say(3, time=datetime(2019, 1, 1, tzinfo=UTC))
    await record.follow(first=2)
    by_record = clock_of_api(Today.RECORD, record.database.client, "test", generation="1", partitions=PARTITIONS)
    assert await by_record() == NOON


async def test_a_fact_that_is_repeated_does_not_move_the_time_of_the_record(record: Record) -> None:
    record.say(2, time=datetime(2019, 1, 1, tzinfo=UTC))
    record.say(1, time=NOON)
    await record.follow()
    by_record = clock_of_api(Today.RECORD, record.database.client, "test", generation="1", partitions=PARTITIONS)
    assert await by_record() == datetime(2019, 1, 1, tzinfo=UTC)


async def test_without_a_record_and_by_the_calendar_it_is_now(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.clock.now", lambda: NOON)
    assert await clock_of_api(Today.RECORD, record.database.client, "test", generation="1", partitions=PARTITIONS)() == NOON
    record.say(1)
    await record.follow()
    assert await clock_of_api(Today.CALENDAR, record.database.client, "test", generation="1", partitions=PARTITIONS)() == NOON
    by_record = clock_of_api(Today.RECORD, record.database.client, "test", generation="1", partitions=PARTITIONS)
    assert await by_record() == datetime(2019, 3, 1, tzinfo=UTC)


async def test_where_the_policies_lost_their_cursor_the_day_is_not_known_and_never_the_calendars(record: Record) -> None:
    """Lists told by the calendar that everything was overdue, until a cursor that was lost with Redis was found again."""
    states = StateStore(record.database.client, "test", generation="1", buckets=8, format_version=1)
    by_record = clock_of_api(Today.RECORD, record.database.client, "test", generation="1", partitions=PARTITIONS)
    record.say(1)
    await record.follow()
    record.database.lose()
    record.begin_anew()
    await states.rebuilding(P)
    await states.finish_rebuilding(P, 0, 1)
    with pytest.raises(Problem) as unknown:
        await by_record()
    assert (unknown.value.status, unknown.value.kind) == (503, "not-built")
    await record.follower.cursors(frozenset({P}))
    assert await by_record() == datetime(2019, 3, 1, tzinfo=UTC), "as the last command that was published tells"
