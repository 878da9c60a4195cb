"""Watches that a worker goes on, and asks for the errors that aiokafka's consumer keeps until somebody asks."""

import asyncio
import logging
import threading
from contextlib import suppress
from typing import Any, NoReturn, Protocol

from shared import clock
from shared.worker.faust_edge.process_exit import exit_broken, exit_for_restart
from shared.worker.liveness import Liveness

LOOP, CONSUMER, WATCHDOG = "event loop", "consumer", "coordinator watchdog"
"""The parts of a worker that have to go on."""
STALLED = 15.0
"""Seconds without progress after which a part of the worker is taken to hang; the longest step takes a tenth of them."""
REBALANCE = 120.0
"""Seconds that a rebalance may take; meanwhile the worker asks Kafka and Redis again and again."""
_FATAL_GROUP_ERRORS = ("FencedInstanceIdError", "GroupAuthorizationFailedError", "TopicAuthorizationFailedError")

_log = logging.getLogger(__name__)


class WatchedWorker(Protocol):
    """A worker, as its watchdog sees it."""

    liveness: Liveness
    event_loop: asyncio.AbstractEventLoop | None
    """The worker's event loop, None before it starts."""
    rebalancing_since: float | None
    """When the running rebalance began, by ``clock.seconds``; None while there is none."""
    _consumer: Any
    """Faust's consumer, None before there is one."""


def watch(worker: WatchedWorker) -> NoReturn:
    """Check the worker once a second. Runs in a thread, because Faust's timers and tasks only start after the first assignment."""
    pause = threading.Event()
    while True:
        pause.wait(1.0)
        check_liveness(worker)


def check_liveness(worker: WatchedWorker) -> None:
    """Have both event loops mark their progress, and the consumer's loop check for group errors.

    aiokafka keeps those errors until somebody asks, and Faust never does: the worker would hang.
    """

    def mark_loop() -> None:
        worker.liveness.mark(LOOP, clock.seconds())

    def check_consumer(consumer: Any) -> None:
        worker.liveness.mark(CONSUMER, clock.seconds())
        try:
            consumer._coordinator.check_errors()
        except Exception as error:  # noqa: BLE001  # the fatal kinds are told by name below
            _log.warning("consumer group: %r", error)
            if any(name in repr(error) for name in _FATAL_GROUP_ERRORS):
                exit_broken(error)

    worker.liveness.mark(WATCHDOG, clock.seconds())
    if worker.rebalancing_since is not None and clock.seconds() - worker.rebalancing_since > REBALANCE:
        exit_for_restart(f"a rebalance has taken more than {REBALANCE:.0f} s")
    thread: Any = getattr(worker._consumer, "_thread", None)
    consumer: Any = getattr(thread, "_consumer", None)
    with suppress(RuntimeError):  # a loop that was just closed
        if worker.event_loop is not None:
            worker.event_loop.call_soon_threadsafe(mark_loop)
        if consumer is None or consumer._closed:
            worker.liveness.mark(CONSUMER, clock.seconds())
        else:
            thread.thread_loop.call_soon_threadsafe(check_consumer, consumer)
