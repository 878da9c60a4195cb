"""Bytewax: one worker, state by county, and recovery into SQLite at each epoch, which lasts ten seconds by default."""

from collections.abc import Sequence

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from bench.side_by_side.contestants.board import CellBoard
from bench.side_by_side.contestants.counts import changes_by_county
from bench.side_by_side.contestants.librdkafka import client
from bench.side_by_side.task import Task, read_task

Change = tuple[int, dict[str, int]]
"""A number of facts, and numbers by the name of the count."""


class County(StatefulBatchLogic):  # type: ignore[misc]  # not installed beside the product
    """The counts of a county."""

    def __init__(self, known: Change | None) -> None:
        self._facts, self._cells = known or (0, {})

    def on_batch(self, values: Sequence[Change]) -> tuple[list[Change], bool]:
        """Add what changes, and return the numbers that are new."""
        new = {}
        for facts, changes in values:
            self._facts += facts
            for name, n in changes.items():
                new[name] = self._cells[name] = self._cells.get(name, 0) + n
        return [(self._facts, new)], StatefulBatchLogic.RETAIN

    def snapshot(self) -> Change:
        """Return a copy of the state."""
        return self._facts, dict(self._cells)


class Partition(StatelessSinkPartition):  # type: ignore[misc]  # not installed beside the product
    """Writes numbers as they come."""

    def __init__(self, board: CellBoard) -> None:
        self._board = board

    def write_batch(self, items: Sequence[tuple[str, Change]]) -> None:
        """Write the newest number of each count."""
        cells: dict[str, int] = {}
        for _, (_, new) in items:
            cells |= new
        self._board.write(cells, {county: facts for county, (facts, _) in items})


class BoardSink(DynamicSink):  # type: ignore[misc]  # not installed beside the product
    """The counts in Redis."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Partition:
        """Return what one worker writes by."""
        return Partition(CellBoard(self._task))


def main(task: Task) -> None:
    """Count for ever."""
    flow = Dataflow("counting")
    settings = client(task)
    record = op.input("record", flow, KafkaSource([settings.pop("bootstrap.servers")], [task.topic], add_config=settings))
    changes = op.flat_map("changes", record, lambda message: changes_by_county(message.value))
    op.output("board", op.stateful_batch("add", changes, County), BoardSink(task))
    init_db_dir(task.state, 1)
    CellBoard(task).start()
    cli_main(flow, recovery_config=RecoveryConfig(task.state))


if __name__ == "__main__":
    main(read_task())
