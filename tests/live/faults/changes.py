"""How a process that a row starts differs from the product, besides its failpoints: another group, another version, another clock."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.guards import Replace

OWN_GROUP, DECIDES_OTHERWISE = "a group of its own", "a decider that decides otherwise"
SET_CLOCK = "a clock that the row sets"


def _own_group(replace: Replace) -> None:
    """Have the worker join a group of its own: so it owns all partitions, whoever owns them beside it."""
    from shared.worker import faust_edge

    run = faust_edge.run_worker

    def run_alone(*, name: str, **options: Any) -> None:
        run(name=f"{name}-twin", **options)

    replace(faust_edge, "run_worker", run_alone)


def _decides_otherwise(replace: Replace) -> None:
    """Have the worker take every dropout to be for another reason: what it decides differs in every byte that matters."""
    from services.enrolment.decider import EnrolmentDecider
    from shared.contracts.reports import DroppedOut
    from shared.contracts.words import Reason

    decide = EnrolmentDecider._decided

    def otherwise(self: EnrolmentDecider, report: Any, *args: Any, **options: Any) -> Any:
        return decide(self, DroppedOut(Reason.ILLNESS, report.last_seen) if isinstance(report, DroppedOut) else report, *args, **options)

    replace(EnrolmentDecider, "_decided", otherwise)


def clock_file(folder: Path, process: str) -> Path:
    """Return the file that says by how many seconds the clock of a process is off; without it the clock is right."""
    return folder / f"clock of {process}"


def _set_clock(replace: Replace) -> None:
    """Have the process tell every time by a clock that the row sets, that of its records too, but for the times of tokens."""
    from shared import clock
    from shared.identity import tokens  # noqa: F401  # it keeps the clock that it finds
    from tests.live.faults.process import FOLDER, NAME

    told, right = clock_file(Path(os.environ[FOLDER]), os.environ[NAME]), time.time

    def off() -> float:
        with suppress(FileNotFoundError, ValueError):
            return float(told.read_text())
        return 0.0

    from shared.log import kafka_log
    from shared.log.record_batch import Lz4Batch

    class Stamped(Lz4Batch):
        def append(self, *, timestamp: int | None, **record: Any) -> Any:
            return super().append(timestamp=int((right() + off()) * 1000), **record)

    replace(kafka_log, "Lz4Batch", Stamped)
    replace(time, "time", lambda: right() + off())
    replace(clock, "now", lambda: datetime.fromtimestamp(right(), UTC) + timedelta(seconds=off()))


CHANGES: Mapping[str, Callable[[Replace], None]] = {
    OWN_GROUP: _own_group,
    DECIDES_OTHERWISE: _decides_otherwise,
    SET_CLOCK: _set_clock,
}


def change(names: Sequence[str], replace: Replace = setattr) -> None:
    """Make the changes of these names."""
    for name in names:
        CHANGES[name](replace)
