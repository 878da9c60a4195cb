"""A process of a service as the matrix of faults starts it: with points at which it may be killed, and perhaps without one guard.

    python -m tests.live.faults.process <service> <part>

It is the process of the product, started by the product's own entry point. What is changed is changed in memory, before that.
"""

import os
import runpy
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.config import StackConfig
from deploy.local.processes import Program, ServiceProcess

FOLDER, NAME, WITHOUT, CHANGED = "FAULTS_FOLDER", "FAULTS_NAME", "FAULTS_WITHOUT", "FAULTS_CHANGED"
SESSION = 3
"""Seconds after which the group takes a silent worker for dead."""


@dataclass(frozen=True)
class FaultyProcess(ServiceProcess):
    """A process of a service that can be made to fail.

    ``faults``: the folder of its points; ``without``: the guards that it does not have; ``changed``: in what else it differs from the product;
    ``told``: variables that it has besides; ``twin``: which of several processes of this kind it is, and its port.
    """

    faults: Path = Path()
    without: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    twin: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        return super().name if self.twin is None else f"{super().name}-{self.twin[0]}"

    def port(self, config: StackConfig) -> int:
        return super().port(config) if self.twin is None else self.twin[1]

    def program(self, config: StackConfig) -> Program:
        prefix = self.service.upper()
        alone = ServiceProcess(self.service, self.part, self.tells_day).program(config)
        faults: Mapping[str, str] = {
            f"{prefix}_{'PORT' if self.part == 'api' else 'OPERATIONS_PORT'}": str(self.port(config)),
            **({f"{prefix}_SESSION_TIMEOUT": str(SESSION)} if self.part == "worker" else {}),
            FOLDER: str(self.faults),
            NAME: self.name,
            WITHOUT: ";".join(self.without),
            CHANGED: ";".join(self.changed),
        }
        command = (sys.executable, "-m", "tests.live.faults.process", self.service, self.part)
        return replace(alone, name=self.name, command=command, environment={**alone.environment, **faults, **dict(self.told)})


def _listed(variable: str) -> list[str]:
    return [name for name in os.environ[variable].split(";") if name]


def main(service: str, part: str) -> None:
    """Become a process of the product, but for what the environment says."""
    from tests.live.faults.changes import change
    from tests.live.faults.failpoints import Failpoints, put_into
    from tests.live.faults.guards import take_out

    take_out(_listed(WITHOUT))
    change(_listed(CHANGED))
    put_into(Failpoints(Path(os.environ[FOLDER])).reach(os.environ[NAME]))
    sys.argv = [service, part]
    runpy.run_module(f"services.{service}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
