"""What a worker's watchdog notices: loops that no longer turn, and errors of the group that nobody else asks for."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, GroupLoadInProgressError

from shared import clock
from shared.worker.faust_edge import app, watchdog
from shared.worker.liveness import Liveness


class Loop:
    """An event loop that turns when it is let."""

    def __init__(self, *, closed: bool = False) -> None:
        self.closed, self.waiting = closed, list[Callable[[], None]]()

    def call_soon_threadsafe(self, call: Callable[..., None], *args: Any) -> None:
        if self.closed:
            raise RuntimeError("Event loop is closed")
        self.waiting.append(lambda: call(*args))

    def turn(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


class Coordinator:
    """aiokafka's coordinator of a group, with an error that it keeps until it is asked."""

    error: Exception | None = None

    def check_errors(self) -> None:
        if self.error is not None:
            raise self.error


class Rig:
    """A worker's two loops, and its watchdog at a clock of the test's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.main, self.consumer, self.coordinator = 0.0, Loop(), Loop(), Coordinator()
        monkeypatch.setattr(clock, "seconds", lambda: self.now)
        parts = (watchdog.LOOP, watchdog.CONSUMER, watchdog.WATCHDOG)
        kafka = SimpleNamespace(_closed=False, _coordinator=self.coordinator)
        self.worker = SimpleNamespace(
            liveness=Liveness(parts, patience=15.0, since=0.0),
            event_loop=self.main,
            rebalancing_since=None,
            _consumer=SimpleNamespace(_thread=SimpleNamespace(_consumer=kafka, thread_loop=self.consumer)),
        )

    def check(self) -> None:
        watchdog.check_liveness(cast("Any", self.worker))

    def stalled(self) -> list[str]:
        liveness: Liveness = self.worker.liveness
        return liveness.stalled(self.now)


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(monkeypatch)


def test_loops_that_turn_are_alive(rig: Rig) -> None:
    for _ in range(3):
        rig.now += 10.0
        rig.check()
        rig.main.turn()
        rig.consumer.turn()
        assert rig.stalled() == []


@pytest.mark.parametrize(("hangs", "part"), [("main", "event loop"), ("consumer", "consumer")])
def test_a_loop_that_does_not_turn_is_noticed_and_forgiven_when_it_does(rig: Rig, hangs: str, part: str) -> None:
    other = rig.main if hangs == "consumer" else rig.consumer
    for _ in range(2):
        rig.now += 10.0
        rig.check()
        other.turn()
    assert rig.stalled() == [part]
    getattr(rig, hangs).turn()
    assert rig.stalled() == []


def test_a_watchdog_that_does_not_look_is_noticed_too(rig: Rig) -> None:
    rig.now = 16.0
    assert "coordinator watchdog" in rig.stalled()


def test_without_a_consumer_there_is_none_to_hang(rig: Rig) -> None:
    rig.worker._consumer = None
    rig.now = 16.0
    rig.check()
    assert rig.stalled() == ["event loop"]


def test_a_loop_that_was_just_closed_is_no_error(rig: Rig) -> None:
    rig.main.closed = True
    rig.check()


@pytest.mark.parametrize(("error", "ends"), [(GroupAuthorizationFailedError(), True), (GroupLoadInProgressError(), False), (None, False)])
def test_an_error_that_only_a_person_can_mend_ends_the_worker(rig: Rig, monkeypatch: pytest.MonkeyPatch, error: Exception | None, ends: bool) -> None:
    ended: list[BaseException] = []
    monkeypatch.setattr(watchdog, "exit_broken", ended.append)
    rig.coordinator.error = error
    rig.check()
    rig.consumer.turn()
    assert bool(ended) is ends


@pytest.mark.parametrize(("seconds", "again"), [(119.0, False), (121.0, True)])
def test_a_worker_whose_partitions_move_without_end_is_started_again(rig: Rig, monkeypatch: pytest.MonkeyPatch, seconds: float, again: bool) -> None:
    ended: list[str] = []
    monkeypatch.setattr(watchdog, "exit_for_restart", ended.append)
    rig.worker.rebalancing_since, rig.now = 0.0, seconds
    rig.check()
    assert bool(ended) is again


async def test_a_worker_whose_seek_does_not_end_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: object) -> None:
        await asyncio.Event().wait()

    ended: list[str] = []
    monkeypatch.setattr(app, "exit_for_restart", ended.append)
    monkeypatch.setattr(app, "_SEEK_WITHIN", 0.01)
    worker = SimpleNamespace(_consumer_thread=SimpleNamespace(seek_wait=never))
    async with asyncio.timeout(10):
        await app.FollowerApp.seek(cast("Any", worker), {})
    assert ended == ["a seek took more than 0 s"]
