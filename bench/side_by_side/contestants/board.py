"""Where the contestants in Python write: plain hashes in Redis, with redis-py. Numbers are absolute, so that writing them twice does no harm."""

from collections.abc import Iterable, Mapping
from typing import Any

import redis

from bench.side_by_side.task import CELLS, FACTS, STARTED, Task

_PIECE = 5_000


class CellBoard:
    """The counts in Redis."""

    def __init__(self, task: Task) -> None:
        self._redis: Any = redis.Redis("127.0.0.1", task.redis_port, username=task.redis_user, password=task.redis_password)

    def start(self) -> None:
        """Say that the work begins now."""
        self._redis.set(STARTED, 1)

    def write(self, cells: Mapping[str, int], facts: Mapping[str, int]) -> None:
        """Write counts, and then the number of facts of each part of the record that they hold."""
        pipeline = self._redis.pipeline(transaction=True)
        for piece in _pieces(list(cells.items())):
            pipeline.hset(CELLS, mapping=dict(piece))
        pipeline.hset(FACTS, mapping=dict(facts))
        pipeline.execute()


def _pieces(pairs: list[tuple[str, int]]) -> Iterable[list[tuple[str, int]]]:
    return (pairs[at : at + _PIECE] for at in range(0, len(pairs), _PIECE))
