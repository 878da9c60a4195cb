"""The processes: whether each runs, is alive, and has what it needs; and, before they run, whether their ports are free."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import msgspec

from deploy.health import Health, health_of
from deploy.local import processes, readiness
from deploy.local.config import StackConfig, port_is_free
from deploy.local.doctor.check import Check
from deploy.local.port_holder import holder
from deploy.local.processes import ISSUER, KAFKA, REDIS, ServiceProcess
from deploy.local.stack import LocalStack
from shared.worker.freshness import LAG

LATELY = 300.0  # seconds: a process that stopped by itself so recently is likely to do it again
STARTING = 30.0  # seconds after its start within which a process need not answer
_TAIL = 64 * 1024  # bytes at the end of a log that are read


class _Line(msgspec.Struct):
    level: str = ""
    message: str = ""


def ports(config: StackConfig, services: tuple[ServiceProcess, ...]) -> Iterator[Check]:
    """Check that the ports of all processes are free; name the process that has a port otherwise."""
    for who, (port, variable) in processes.ports(config, services).items():
        if port_is_free(port):
            yield Check(f"port {port}", f"free, for {who}")
        else:
            yield Check(f"port {port}", f"taken by {holder(port)}, and wanted for {who}", f"stop what listens there, or set {variable}")


def checks(stack: LocalStack, services: tuple[ServiceProcess, ...]) -> Iterator[Check]:
    """Check every process that the supervisor should have."""
    config, states = stack.config, stack.states()
    by_name = {service.name: service for service in services}
    for name in (KAFKA, REDIS, ISSUER, *by_name):
        log = config.logs / f"{name}.log"
        state = states.get(name)
        if state is None or state.state != "RUNNING":
            yield Check(name, state.state.lower() if state else "not known to the supervisor", f"read {log}, then make down and make up")
        elif name not in by_name:
            yield _tool_check(name, state.pid, log, answers=readiness.answers(name, config, services))
        else:
            url = by_name[name].url(config)
            health = health_of(url)
            age = time.time() - state.since
            yield from service_checks(name, state.pid, health, log, age=age)
            yield from _versions(name, url)
            # A process that is ready again has been mended since.
            if health != Health(alive=True) and age < LATELY and (why := last_critical(log)):
                yield Check(name, f"stopped by itself: {why}", f"do what it says, or docs/how-to/operate.md, and read {log}")


def _tool_check(name: str, pid: int, log: Path, *, answers: bool) -> Check:
    return Check(name, f"runs and answers (process {pid})") if answers else Check(name, "runs and does not answer", f"read {log}")


def service_checks(name: str, pid: int, health: Health, log: Path, *, age: float) -> Iterator[Check]:
    """Check what a process of a service says about itself, `age` seconds after its start."""
    if not health.alive and age < STARTING:
        yield Check(name, f"was started {age:.0f} s ago, and does not answer yet", f"wait half a minute; if it is still so then, read {log}")
    elif not health.alive:
        yield Check(name, "runs, and does not answer or hangs", f"kill -9 {pid}: it is started again, and nothing is lost; then read {log}")
    elif not health.missing:
        yield Check(name, f"runs and is ready (process {pid})")
    mends = {
        "kafka": f"read {log.parent / KAFKA}.log, then make down and make up",
        "redis": f"read {log.parent / REDIS}.log, then make down and make up",
        "assigned": f"wait a quarter of a minute, as after a kill; then read {log}",
        "counts": "wait: the reporting worker counts the record, and its metrics say how far it is",
        "states": "wait: the worker rebuilds its states from the record, and its metrics say how far it is",
        "days": f"read {log}: days are made up once it works again (docs/how-to/operate.md)",
        LAG: "wait: it works, and catches up; `baoxue topics` shows whether it does (docs/how-to/operate.md)",
    }
    for what, why in health.missing.items():
        yield Check(name, f"runs, and waits ({what}: {why})", mends.get(what, f"read {log}"))


def last_critical(log: Path) -> str:
    """Return the last critical message of a process, if it stands near the end of its log; '' otherwise."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        lines = file.read().splitlines()
    for line in reversed(lines):
        try:
            said = msgspec.json.decode(line, type=_Line)
        except msgspec.DecodeError:
            continue
        if said.level == "critical":
            return said.message
    return ""


def _versions(name: str, url: str) -> Iterator[Check]:
    here = version("baoxue")
    if (there := readiness.version_of(url)) not in (here, None):
        yield Check(name, f"runs version {there}, and this checkout is {here}", "make down, then make up")
