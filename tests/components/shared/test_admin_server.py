"""What a worker's admin server tells, over a log in memory and a real Redis."""

import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from shared import clock
from shared.log.memory_log import MemoryLog
from shared.settings import ServiceSettings
from shared.worker.admin_server import AdminServer, WorkerStatus
from shared.worker.lag import FaustMonitor, TopicPartition
from shared.worker.liveness import Liveness
from shared.worker.stopped_clock import DayMetrics, StoppedClock
from tests.support.redis import RedisDatabase

TOPIC = "case.commands"


class Worker:
    """A worker that follows one topic of two partitions, and says what it is told to say."""

    followed = (TOPIC,)

    def __init__(self) -> None:
        self.hangs: Sequence[str] = ()
        self.at: Mapping[TopicPartition, int] | None = {(TOPIC, 0): 0, (TOPIC, 1): 0}

    def stalled(self) -> Sequence[str]:
        return self.hangs

    def positions(self) -> Mapping[TopicPartition, int] | None:
        return self.at

    def faust_monitor(self) -> FaustMonitor | None:
        return None


class Rig:
    """The worker's admin server, and an operator who asks it."""

    def __init__(self, redis: RedisDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
        self.worker, self.log, self.redis, self.now = Worker(), MemoryLog(2), redis, 100.0
        settings = ServiceSettings(kafka_bootstrap="", redis_url="", host="127.0.0.1", port=1, operations_port=2)
        self.clocks = StoppedClock(by_calendar=False)
        self.status = WorkerStatus(self.worker, ready_lag_seconds=30.0)
        app = AdminServer.of("case", settings).app(self.worker, self.status, self.log, redis.client, self.clocks)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker")
        monkeypatch.setattr(clock, "seconds", lambda: self.now)

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        answer = await self.client.get(path)
        return answer.status_code, dict(answer.json())

    async def waits_for(self) -> Mapping[str, str]:
        status, told = await self.get("/readyz")
        assert status == (503 if "missing" in told else 200)
        return dict(told.get("missing", {}))

    async def log_events(self, *, partition: int, n: int) -> None:
        await self.log.append(TOPIC, {partition: [(b"", b"")] * n})


@pytest.fixture
async def rig(database: RedisDatabase, monkeypatch: pytest.MonkeyPatch) -> Rig:
    rig = Rig(database, monkeypatch)
    await rig.status.look(rig.log)
    return rig


async def test_it_is_alive_and_ready_when_all_is_well(rig: Rig) -> None:
    assert await rig.get("/livez") == (200, {"status": "alive"})
    assert await rig.get("/readyz") == (200, {"status": "ready"})


async def test_a_part_that_hangs_is_named_and_the_worker_is_not_alive(rig: Rig) -> None:
    rig.worker.hangs = ["event loop", "consumer"]
    status, told = await rig.get("/livez")
    assert (status, list(told["missing"])) == (503, ["event loop", "consumer"])
    assert "event loop, consumer" in told["detail"]


@pytest.mark.parametrize("away", ["kafka", "redis"])
async def test_without_kafka_or_redis_it_is_not_ready_and_is_again_when_they_are_back(rig: Rig, away: str) -> None:
    there = rig.log if away == "kafka" else rig.redis
    there.unavailable = True
    assert await rig.waits_for() == {away: "no answer within 2 s"}
    there.unavailable = False
    assert await rig.waits_for() == {}


async def test_it_is_not_ready_before_it_has_its_partitions_and_while_they_are_being_moved(rig: Rig) -> None:
    rig.worker.at = None
    assert list(await rig.waits_for()) == ["assigned"]


async def test_a_spare_worker_without_partitions_is_ready(rig: Rig) -> None:
    await rig.log_events(partition=0, n=10)
    rig.worker.at = {}
    assert await rig.waits_for() == {}


async def test_what_the_log_held_at_the_beginning_has_to_be_done_first(database: RedisDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(database, monkeypatch)
    await rig.log_events(partition=1, n=10)
    rig.log.unavailable = True
    assert "nobody knows yet" in (await rig.waits_for())["lag"]
    rig.log.unavailable = False
    assert "not caught up yet" in (await rig.waits_for())["lag"]
    rig.worker.at = {(TOPIC, 0): 0, (TOPIC, 1): 9}
    assert "not caught up yet" in (await rig.waits_for())["lag"]
    rig.worker.at = {(TOPIC, 0): 0, (TOPIC, 1): 10}
    assert await rig.waits_for() == {}


async def test_to_be_behind_for_longer_than_is_allowed_is_not_to_be_ready(rig: Rig) -> None:
    assert await rig.waits_for() == {}
    await rig.log_events(partition=1, n=5)
    rig.now += 30.0
    assert await rig.waits_for() == {}
    rig.now += 1.0
    assert (await rig.waits_for())["lag"] == "31 s behind the log's end, and 30 are allowed"
    rig.worker.at = {(TOPIC, 0): 0, (TOPIC, 1): 5}
    assert await rig.waits_for() == {}


async def test_a_partition_that_comes_back_from_somebody_else_is_looked_at_anew(rig: Rig) -> None:
    assert await rig.waits_for() == {}
    await rig.log_events(partition=1, n=5)
    rig.worker.at = {(TOPIC, 0): 0}
    await rig.status.look(rig.log)
    rig.worker.at = {(TOPIC, 0): 0, (TOPIC, 1): 2}
    await rig.status.look(rig.log)
    assert "not caught up yet" in (await rig.waits_for())["lag"]


async def test_the_lag_is_told_in_events_and_in_seconds_by_partition(rig: Rig) -> None:
    await rig.waits_for()
    await rig.log_events(partition=1, n=5)
    rig.now += 7.0
    await rig.status.look(rig.log)
    lags = rig.status.lags()
    assert (lags[TOPIC, 0].events, lags[TOPIC, 0].seconds) == (0, 0.0)
    assert (lags[TOPIC, 1].events, lags[TOPIC, 1].seconds) == (5, 7.0)


async def test_a_position_beyond_what_was_last_seen_of_the_log_is_no_negative_lag(rig: Rig) -> None:
    rig.worker.at = {(TOPIC, 0): 3, (TOPIC, 1): 0}
    assert rig.status.lags()[TOPIC, 0].events == 0


TODAY, YESTERDAY, BEFORE = date(2020, 6, 14), date(2020, 6, 13), date(2020, 6, 12)


async def test_a_clock_that_misses_a_whole_day_and_stands_still_has_stopped(rig: Rig) -> None:
    rig.clocks.look({0: BEFORE, 1: TODAY}, TODAY)
    assert await rig.waits_for() == {}, "it may be making days up"
    rig.now += 61
    await rig.status.look(rig.log)
    assert await rig.waits_for() == {"days": "no day has begun any more in partition 0 since 2020-06-12: no deadline falls due there"}
    rig.clocks.look({0: YESTERDAY, 1: TODAY}, TODAY)
    assert await rig.waits_for() == {}


async def test_a_clock_that_moves_or_misses_no_whole_day_has_not_stopped(rig: Rig) -> None:
    for began, today in ((date(2020, 1, 1), TODAY), (date(2020, 1, 2), TODAY), (YESTERDAY, TODAY)):
        rig.clocks.look({0: began}, today)
        rig.now += 59
        assert rig.clocks.stopped() == {}
    rig.now += 10_000
    assert rig.clocks.stopped() == {}, "today may begin any moment"
    rig.clocks.look({1: BEFORE}, TODAY)
    assert rig.clocks.behind() == {1: 2}, "a partition that another worker has is looked at there"
    rig.clocks.look({0: None}, TODAY)
    rig.now += 10_000
    assert (rig.clocks.behind(), rig.clocks.stopped()) == ({}, {}), "where no day ever began nothing was missed"


def test_by_the_calendar_a_clock_stops_though_nobody_looks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks, seconds = StoppedClock(by_calendar=True), 0.0
    monkeypatch.setattr(clock, "seconds", lambda: seconds)
    monkeypatch.setattr(clock, "now", lambda: datetime(2020, 6, 14, 17, tzinfo=UTC))
    clocks.look({0: TODAY}, TODAY)
    assert (clocks.today, clocks.behind()) == (date(2020, 6, 15), {0: 1}), "it is the fifteenth in China"
    monkeypatch.setattr(clock, "now", lambda: datetime(2020, 6, 16, 17, tzinfo=UTC))
    seconds = 100.0
    assert clocks.stopped() == {0: TODAY}
    [metric] = DayMetrics(clocks).collect()
    assert [(sample.labels, sample.value) for sample in metric.samples] == [({"partition": "0"}, 3 * 86_400)]


def test_a_port_that_is_taken_is_named_with_the_variable_that_sets_it(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = ServiceSettings(kafka_bootstrap="", redis_url="", host="127.0.0.1", port=1, operations_port=port)
        with pytest.raises(SystemExit) as ended:
            AdminServer.of("case", settings).start(Worker())
    assert ended.value.code == 78
    assert f"Port {port} of 127.0.0.1" in (said := capsys.readouterr().err)
    assert "CASE_OPERATIONS_PORT" in said


def test_a_part_is_stalled_when_it_has_been_silent_for_too_long() -> None:
    liveness = Liveness(("loop", "consumer"), patience=15.0, since=100.0)
    assert liveness.stalled(115.0) == []
    liveness.mark("loop", 110.0)
    assert liveness.stalled(116.0) == ["consumer"]
    assert liveness.stalled(126.0) == ["loop", "consumer"]
    liveness.mark("loop", 126.0)
    liveness.mark("consumer", 126.0)
    assert liveness.stalled(126.0) == []
