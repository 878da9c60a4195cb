"""Quix Streams: exactly-once, its state in RocksDB with changelog topics, and its batching sink.

State belongs to the key of a message, which is a child here. The counts are of counties, so the stream is keyed anew, as its documents advise.
"""

from typing import Any

from quixstreams import Application, State
from quixstreams.kafka import ConnectionConfig
from quixstreams.sinks import BatchingSink, SinkBatch

from bench.side_by_side.contestants.board import CellBoard
from bench.side_by_side.contestants.counts import changes_by_county
from bench.side_by_side.contestants.librdkafka import client
from bench.side_by_side.task import Task, read_task


class BoardSink(BatchingSink):  # type: ignore[misc]  # not installed beside the product
    """Writes the newest number of each count at each checkpoint."""

    def __init__(self, board: CellBoard) -> None:
        super().__init__()
        self._board = board

    def write(self, batch: SinkBatch) -> None:
        """Write what a partition has of new numbers."""
        cells: dict[str, int] = {}
        facts: dict[str, int] = {}
        for item in batch:
            cells |= item.value["cells"]
            facts[item.value["county"]] = item.value["facts"]
        self._board.write(cells, facts)


def expanded(value: bytes) -> list[dict[str, Any]]:
    """Return what a fact changes in each county."""
    return [{"county": county, "facts": facts, "changes": changes} for county, (facts, changes) in changes_by_county(value)]


def added(change: dict[str, Any], state: State) -> dict[str, Any]:
    """Add what changes to the numbers of a county, and return those that are new."""
    cells = {}
    for name, n in change["changes"].items():
        cells[name] = state.get(name, 0) + n
        state.set(name, cells[name])
    facts = state.get("facts", 0) + change["facts"]
    state.set("facts", facts)
    return {"county": change["county"], "facts": facts, "cells": cells}


def main(task: Task) -> None:
    """Count for ever."""
    board = CellBoard(task)
    app = Application(
        ConnectionConfig.from_librdkafka_dict(client(task)),
        consumer_group=task.name,
        auto_offset_reset="earliest",
        state_dir=task.state,
        processing_guarantee="exactly-once",
        loglevel="WARNING",
    )
    facts = app.dataframe(app.topic(task.topic, key_deserializer="bytes", value_deserializer="bytes"))
    changes = facts.apply(expanded, expand=True).group_by("county", key_serializer="str", key_deserializer="str")
    changes.apply(added, stateful=True).sink(BoardSink(board))
    board.start()
    app.run()


if __name__ == "__main__":
    main(read_task())
