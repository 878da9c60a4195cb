"""How a worker runs until it is told to stop."""

import logging
import os
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import faust
from faust.types.auth import CredentialsT

from shared.brokers import Brokers
from shared.log.kafka_log import KafkaLog
from shared.worker.admin_server import AdminServer
from shared.worker.faust_edge.app import FollowerApp
from shared.worker.faust_edge.process_exit import exit_broken, exit_for_restart
from shared.worker.faust_edge.watchdog import watch
from shared.worker.follower import UNAVAILABLE, Follower, PassesDays, StartAgain

_log = logging.getLogger(__name__)


class _Worker(faust.Worker):
    """Faust's own runner, which here leaves logging as the service has set it up, and writes nothing beside it.

    Stock Faust writes a spinner, blank lines, and on a signal every local variable of every thread, which may hold data. On another
    signal it waits for a debugger.
    """

    def __init__(self, app: faust.App, **options: Any) -> None:
        nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # for as long as the process lives
        super().__init__(app, stdout=nowhere, stderr=nowhere, **options)
        self.spinner = None

    def _setup_logging(self) -> None:
        pass

    def _enter_debugger(self) -> None:
        pass


def _agent(app: FollowerApp) -> Callable[[Any], Awaitable[None]]:
    async def follow(stream: Any) -> None:
        async for assigned in stream:
            try:
                await app.take(assigned)
            except StartAgain as error:
                exit_for_restart(str(error))
            except Exception as error:  # noqa: BLE001  # whatever it is, to go on would skip a batch
                exit_broken(error)

    return follow


def credentials_of(brokers: Brokers) -> CredentialsT | None:
    """Return how Faust's clients are let in: by name and password, by a certificate, or as nobody."""
    if brokers.user:
        context = brokers.tls_context()
        return faust.SASLCredentials(username=brokers.user, password=brokers.password, mechanism=brokers.mechanism, ssl_context=context)
    return faust.SSLCredentials(brokers.tls_context()) if brokers.tls else None


def run_worker(
    *,
    name: str,
    brokers: Brokers,
    followers: Sequence[Follower],
    admin: AdminServer,
    batch_size: int = 8000,
    session_timeout: float = 6.0,
    passing: PassesDays | None = None,
) -> NoReturn:
    """Run a Faust worker in the consumer group ``name`` until it is told to stop; never returns. Each follower has a topic of its own.

    The process exits with 0 after SIGTERM or SIGINT, and with ``EXIT_BROKEN`` after an error that a person must look at.
    ``batch_size``: most records of one batch; ``session_timeout``: seconds after which the group takes a silent worker for dead; ``passing``:
    what lets days pass in the partitions that the worker has.
    """
    app = FollowerApp(
        followers=followers,
        log=KafkaLog(brokers, client_id=f"{name}-bounds"),
        meters=admin.meters,
        batch_size=batch_size,
        passing=passing,
        id=name,
        broker="kafka://" + brokers.bootstrap.replace(",", ";"),
        broker_credentials=credentials_of(brokers),
        web_enabled=False,
        autodiscover=False,
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        # These three bound the memory: batches that wait in each partition while one is processed; bytes of a fetch, as they were sent; and
        # records that are unpacked of it at once.
        stream_buffer_maxsize=1,
        consumer_max_fetch_size=2 << 20,
        broker_max_poll_records=batch_size,
        stream_wait_empty=False,
        stream_recovery_delay=0.1,
        consumer_auto_offset_reset="earliest",  # never used: every assignment seeks to a cursor that the log holds
        broker_max_poll_interval=24 * 3600.0,
        broker_session_timeout=session_timeout,
        broker_heartbeat_interval=session_timeout / 6,
        broker_rebalance_timeout=session_timeout,
        broker_request_timeout=max(30.0, session_timeout),
    )
    for follower in followers:
        topic = app.topic(follower.topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw", acks=False)
        app.agent(topic, name=f"follow-{follower.topic}", isolated_partitions=True)(_agent(app))

    @app.timer(5.0)  # type: ignore[untyped-decorator]  # faust's own
    async def show_lag() -> None:
        try:
            await app.commit_for_lag_tools()
        except Exception as error:  # noqa: BLE001  # only lag tools depend on it
            _log.info("could not commit for lag tools: %r", error)

    @app.timer(5.0)  # type: ignore[untyped-decorator]  # faust's own
    async def notice_lost_cursors() -> None:
        with suppress(*UNAVAILABLE):
            await app.notice_lost_cursors()

    admin.start(app, None if passing is None else passing.stopped)
    threading.Thread(target=watch, args=(app,), name="coordinator-watchdog", daemon=True).start()
    _Worker(app, redirect_stdouts=False).execute_from_commandline()
