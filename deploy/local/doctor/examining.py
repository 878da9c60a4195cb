"""All checks of the doctor, in order."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.local.config import StackConfig
from deploy.local.doctor import access, counts, machine, names, record, running
from deploy.local.doctor.check import Check
from deploy.local.processes import PROCESSES, ServiceProcess
from deploy.local.stack import LocalStack


def examine(config: StackConfig, services: tuple[ServiceProcess, ...] = PROCESSES) -> Iterator[Check]:
    """Run every check, the machine first: a later finding may only follow from an earlier one."""
    stack = LocalStack(config, services=services)
    yield from machine.checks(config)
    yield from access.files(config.home)
    yield from names.checks(config)
    if left := stack.left_over():
        pids = ", ".join(str(process.pid) for process in left)
        yield Check("left over", f"a supervisor was killed and left running: {pids}", "make down")
    if stack.is_running():
        yield from running.checks(stack, services)
        yield from access.checks(stack)
        yield from record.checks(config)
        yield from counts.checks(config)
    else:
        if not left:
            yield from running.ports(config, services)
        yield Check("processes", "nothing is running", "make up")
