"""The matrix of faults: its rows in their order."""

from tests.live.faults.rows import broker, inputs, processes, redis

ROWS = (*processes.ROWS, *broker.ROWS, *redis.ROWS, *inputs.ROWS)
