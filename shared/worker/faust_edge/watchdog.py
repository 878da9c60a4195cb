"""Feels the liveness of a worker, and asks for what the consumer only tells who asks."""

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from shared import clock
from shared.worker.faust_edge.process_exit import exit_broken, exit_for_restart

if TYPE_CHECKING:
    from shared.worker.faust_edge.app import FollowerApp

LOOP, CONSUMER, WATCHDOG = "event loop", "consumer", "coordinator watchdog"
"""The parts of a worker that have to go on."""
STALLED = 15.0
"""Seconds without a turn after which a part of the worker is taken to hang; the longest step takes a tenth of them."""
MOVING = 120.0
"""Seconds that partitions may take to be moved, Kafka and Redis being asked again and again meanwhile."""
_FATAL_GROUP_ERRORS = ("FencedInstanceIdError", "GroupAuthorizationFailedError", "TopicAuthorizationFailedError")

_log = logging.getLogger(__name__)


def watch(app: "FollowerApp") -> NoReturn:
    """Feel the worker's liveness twice a second. In a thread, because Faust's timers and tasks only start after the first assignment."""
    pause = threading.Event()
    while True:
        pause.wait(0.5)
        check_liveness(app)


def check_liveness(app: "FollowerApp") -> None:
    """Let both event loops show that they turn, and ask the consumer for group errors.

    aiokafka keeps those until somebody asks, and Faust never does: the worker would hang.
    """

    def turn() -> None:
        app.liveness.beat(LOOP, clock.seconds())

    def check(consumer: Any) -> None:
        app.liveness.beat(CONSUMER, clock.seconds())
        try:
            consumer._coordinator.check_errors()
        except Exception as error:  # noqa: BLE001  # the kind is told by name below
            _log.warning("consumer group: %r", error)
            if any(name in repr(error) for name in _FATAL_GROUP_ERRORS):
                exit_broken(error)

    app.liveness.beat(WATCHDOG, clock.seconds())
    if app.moving_since is not None and clock.seconds() - app.moving_since > MOVING:
        exit_for_restart(f"partitions have been moved for more than {MOVING:.0f} s")
    thread: Any = getattr(app._consumer, "_thread", None)
    consumer: Any = getattr(thread, "_consumer", None)
    with suppress(RuntimeError):  # a loop that was just closed
        if app.turning is not None:
            app.turning.call_soon_threadsafe(turn)
        if consumer is None or consumer._closed:
            app.liveness.beat(CONSUMER, clock.seconds())
        else:
            thread.thread_loop.call_soon_threadsafe(check, consumer)
