"""The matrix of faults: its rows in their order."""

from tests.live.faults.rows import broker, clocks, inputs, loads, processes, redis

ROWS = (*processes.ROWS, *broker.ROWS, *redis.ROWS, *clocks.ROWS, *inputs.ROWS, *loads.ROWS)
