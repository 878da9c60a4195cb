"""The whole stack of one folder: start it until it is ready, look at it, kill parts of it, stop it.

    with LocalStack(StackConfig.on_free_ports(tmp), services=()) as stack:
        ...  # stack.config.kafka_bootstrap, stack.config.redis_address

A failed start leaves nothing running. A start after a supervisor was killed first ends the processes that it left behind.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import psutil

from deploy.local import directory, jars, kafka, kafka_access, processes, redis_server
from deploy.local.config import StackConfig, port_is_free
from deploy.local.issuer import setup as issuer_setup
from deploy.local.java import find_java
from deploy.local.port_holder import holder
from deploy.local.processes import ISSUER, KAFKA, PROCESSES, REDIS, ServiceProcess
from deploy.local.readiness import answers, lives
from deploy.local.supervision import ProcessState, Supervisor
from shared.log import topic_admin
from shared.log.topics import topics

Say = Callable[[str], None]
Asked = Callable[[str, StackConfig, tuple[ServiceProcess, ...]], bool]

FIRST_READY = 180.0  # seconds; a broker that was killed looks through its whole log first
POLL = 0.1
ORDERLY = 60.0  # seconds for the supervisor to stop all, in order; more than the sum of what the processes are given


class StartFailed(Exception):
    """The stack did not come up. The message says which part, why, and what mends it."""


class Cost(NamedTuple):
    """The cost of a process: seconds of CPU so far, and bytes of memory now."""

    cpu_seconds: float
    memory: int


class LocalStack:
    """Kafka, Redis and `services` in `config.home`. `foreground`: all of it stops once this process is gone, however it ended."""

    def __init__(
        self,
        config: StackConfig,
        *,
        services: tuple[ServiceProcess, ...] = PROCESSES,
        foreground: bool = True,
        say: Say = lambda sentence: None,
        before_services: Callable[[], object] = lambda: None,
    ) -> None:
        """``before_services`` is called at each start once Kafka and Redis are up."""
        self.config = config
        self._before_services = before_services
        self._services = services
        self._foreground = foreground
        self._say = say
        self._supervisor = Supervisor(config)
        self._launched: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start what does not run, and return once everything is ready.

        Raises `StartFailed`, and `JarsWrong`, `FormatFailed` or `TopicsWrong` from the parts. A stack that was not running before does not
        run after a failure either.
        """
        with self._alone():
            was_running = self.is_running()
            try:
                if not was_running:
                    self._end_left_over()
                    self._reap()
                    self._launch()
                self._bring_up()
            except BaseException:
                if not was_running:
                    self._stop()
                raise

    def stop(self) -> None:
        """Stop the services, then Redis and Kafka, and return once all are gone. The data stay. A stack that does not run is no error."""
        with self._alone():
            self._stop()

    def is_running(self) -> bool:
        """Return whether a supervisor runs in this folder, whoever started it."""
        return self._supervisor.states() is not None

    def states(self) -> dict[str, ProcessState]:
        """Return every process by name; none if the stack does not run."""
        return self._supervisor.states() or {}

    def costs(self) -> dict[str, Cost]:
        """Return the cost of each running process since its last start."""
        found: dict[str, Cost] = {}
        for name, state in self.states().items():
            with suppress(psutil.NoSuchProcess):
                if state.pid:
                    process = psutil.Process(state.pid)
                    times = process.cpu_times()
                    found[name] = Cost(times.user + times.system, process.memory_info().rss)
        return found

    def pid(self, process: str) -> int:
        """Return the id of a process now; 0 while it has none."""
        return self.states()[process].pid

    def kill(self, process: str) -> int:
        """Send SIGKILL to a process, which the supervisor restarts, and return the id that it had."""
        pid = self.pid(process)
        if not pid:
            raise ProcessLookupError(f"{process} is not running")
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_exit(self) -> None:
        """Block until the supervisor that this object started is gone."""
        if self._launched:
            self._launched.wait()

    def wait_ready(self, process: str, *, other_than: int = 0, timeout: float = 60.0) -> int:
        """Wait until a process works, were it far behind, under another id than `other_than`; return its id. Raises `StartFailed`."""
        return self._wait_until(answers, "ready", process, other_than, timeout)

    def wait_alive(self, process: str, *, other_than: int = 0, timeout: float = 60.0) -> int:
        """Wait as `wait_ready` does, but only until the process is alive: after a kill a worker gets its partitions late."""
        return self._wait_until(lives, "alive", process, other_than, timeout)

    def _wait_until(self, asked: Asked, what: str, process: str, other_than: int, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while True:
            state = self.states().get(process)
            if state and state.state == "RUNNING" and state.pid != other_than and asked(process, self.config, self._services):
                return state.pid
            if state and state.state == "FATAL":
                raise self._failure(f"{process} is started no more, it died too often", process)
            if time.monotonic() > deadline:
                raise self._failure(f"{process} was not {what} within {timeout:.0f} s", process)
            time.sleep(POLL)

    def left_over(self) -> list[psutil.Process]:
        """Return the processes that a killed supervisor left running; none while a supervisor runs."""
        return [] if self.is_running() else self._supervisor.processes()

    def _launch(self) -> None:
        for who, (port, variable) in processes.ports(self.config, self._services).items():
            if not port_is_free(port):
                raise StartFailed(
                    f"Port {port}, which {who} wants, is taken by {holder(port)}. Stop what listens there (`make down`, if it is this checkout's), "
                    f"or choose another: {variable}={port + 1000}"
                )
        java, server = find_java(), redis_server.find_redis_server()
        self._say(f"Kafka runs on Java {java.version} ({java.origin}); Redis is {server.version} ({server.origin})")
        folder = jars.ensure(self.config.cache, progress=lambda done, of: self._say(f"Fetched {done} of Kafka's {of} jars") if done == of else None)
        kafka.prepare(self.config, java, folder)
        redis_server.prepare(self.config)
        issuer_setup.prepare(self.config)
        directory.prepare(self.config)
        programs = [*processes.tools(self.config, java, folder, server), *(each.program(self.config) for each in self._services)]
        if self._foreground:
            programs.append(processes.parent_watch(os.getpid()))
        self._launched = self._supervisor.launch(programs)

    def _bring_up(self) -> None:
        self._wait_for_supervisor()
        for tool in (REDIS, ISSUER, KAFKA):
            self._supervisor.start(tool)
            self._wait_first(tool)
        made = topic_admin.ensure_topics(kafka_access.brokers(self.config, kafka_access.OPERATOR), topics(partitions=self.config.partitions))
        kafka_access.ensure_users(self.config)
        self._say(f"Kafka and Redis are up; {f'made {len(made)} topics' if made else 'the topics are as they must be'}")
        self._before_services()
        for service in self._services:
            self._supervisor.start(service.name)
        for service in self._services:
            self._wait_first(service.name)

    def _wait_for_supervisor(self) -> None:
        deadline = time.monotonic() + 30
        while self._supervisor.states() is None:
            if (self._launched and self._launched.poll() is not None) or time.monotonic() > deadline:
                out = self.config.logs / "supervisord.out"
                raise StartFailed(f"The supervisor did not start:\n{out.read_text('utf-8', 'replace') if out.exists() else ''}")
            time.sleep(POLL)

    def _wait_first(self, process: str) -> None:
        """Wait as `wait_ready` does, but fail at the first death: a process that dies while everything starts has something wrong with it."""
        deadline = time.monotonic() + FIRST_READY
        while True:
            state = self.states()[process].state
            if state == "RUNNING" and answers(process, self.config, self._services):
                return
            if state not in {"STARTING", "RUNNING"}:
                raise self._failure(f"{process} ended while it was starting ({state})", process)
            if time.monotonic() > deadline:
                raise self._failure(f"{process} was not ready within {FIRST_READY:.0f} s", process)
            time.sleep(POLL)

    def _failure(self, what: str, process: str) -> StartFailed:
        log = self.config.logs / f"{process}.log"
        tail = log.read_text("utf-8", "replace").splitlines()[-15:] if log.exists() else []
        return StartFailed("\n".join([f"{what}. The end of {log}:", *(f"    {line}" for line in tail)]))

    def _stop(self) -> None:
        if self.is_running():
            ours = self._supervisor.processes()
            self._supervisor.ask_to_stop(first=[service.name for service in self._services])
            psutil.wait_procs(ours, timeout=ORDERLY)
        self._end_left_over()
        self._reap()

    def _reap(self) -> None:
        if self._launched:
            self._launched.wait()
            self._launched = None

    def _end_left_over(self) -> None:
        left = self._supervisor.processes()
        if not left:
            return
        self._say(f"Ending {len(left)} processes that a killed supervisor left behind")
        for stop in (psutil.Process.terminate, psutil.Process.kill):
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    stop(process)
            _, left = psutil.wait_procs(left, timeout=ORDERLY / 2)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Admit one start or stop at a time in a folder, by whichever process."""
        _make_private(self.config.home)
        run = self.config.home / "run"
        run.mkdir(exist_ok=True)
        with (run / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _make_private(home: Path) -> None:
    """Make the folder of a stack, and let nobody but its owner look into it. Another folder that was there before, not empty, stays as it is."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.stat().st_mode & 0o077 and ((home / "run").exists() or not any(home.iterdir())):
        home.chmod(0o700)
