"""Faust as it comes: an agent that takes one event after the other, and a table with a changelog topic. Once a second it writes what changed."""

import sys
from typing import Any

import faust

from bench.side_by_side.contestants.board import CellBoard
from bench.side_by_side.contestants.counts import changes_of
from bench.side_by_side.task import Task, read_task


def app_of(task: Task) -> faust.App:
    """Return the app."""
    board = CellBoard(task)
    app = faust.App(
        task.name,
        broker=f"kafka://{task.bootstrap}",
        broker_credentials=faust.SASLCredentials(username=task.user, password=task.password, mechanism="PLAIN"),
        datadir=task.state,
        topic_partitions=task.partitions,
        web_enabled=False,
    )
    record = app.topic(task.topic, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")
    counts = app.Table("counts", default=int, partitions=task.partitions)
    changed: dict[str, int] = {}
    facts = 0

    @app.agent(record)
    async def count(values: Any) -> None:
        nonlocal facts
        async for value in values:
            changes = changes_of(value)
            for name, n in changes.items():
                counts[name] += n
                changed[name] = counts[name]
            facts += bool(changes)

    @app.timer(1.0)  # type: ignore[untyped-decorator]  # Faust is not typed
    async def write() -> None:
        if changed:
            board.write(changed, {"all": facts})
            changed.clear()

    board.start()
    return app


def main(task: Task) -> None:
    """Count for ever."""
    app = app_of(task)
    sys.argv = [sys.argv[0], "worker", "--loglevel", "warn"]
    app.main()


if __name__ == "__main__":
    main(read_task())
