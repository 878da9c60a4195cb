"""An api over a memory that a test changes, for the tests of the stream."""

import httpx
from fastapi import FastAPI

from services.reporting.api import create_app
from services.reporting.live.hub import PACE, Pace
from services.reporting.view.board_reader import BoardReader
from services.reporting.view.memory import Memory
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.components.reporting.counted_facts import folded, remembered
from tests.components.reporting.screen import NOWHERE, RECORD, ZHAOJUE
from tests.support.callers import identity

HURRIED = Pace(delta=0.0, heartbeat=0.01)
"""No pauses: for tests that wait for many events."""


def memory_to_show() -> Memory:
    """Return a memory with the few children of ``screen.RECORD``."""
    return remembered(folded(*RECORD))


class Rig:
    """An api over a memory, or over none."""

    def __init__(self, memory: Memory | None, pace: Pace = PACE, *, most_streams: int = 100, most_streams_per_address: int = 100) -> None:
        self.log, redis = MemoryLog(1), connect(NOWHERE)
        self.reader = BoardReader(redis, self.log, partitions=1)
        if memory is not None:
            self.reader.show(memory)
        self.app: FastAPI = create_app(
            reader=self.reader,
            log=self.log,
            redis=redis,
            identity=identity(),
            pace=pace,
            most_streams=most_streams,
            most_streams_per_address=most_streams_per_address,
        )

    def count(self, county: str = ZHAOJUE, *, children: int = 1) -> None:
        """Count children who dropped out, as a delta does."""
        count(self.reader, county, children=children)

    async def metric(self, name: str) -> float:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://api") as client:
            lines = (await client.get("/metrics")).text.splitlines()
        return float(next(line.rpartition(" ")[2] for line in lines if line.startswith(name + " ")))

    async def nobody_follows(self) -> bool:
        return await self.metric("baoxue_stream_clients") == 0


def count(reader: BoardReader, county: str = ZHAOJUE, *, children: int = 1) -> None:
    """Count children who dropped out, as a delta does."""
    memory, flow = reader.memory, f"{county}:2019-05-01:newly_out"
    memory.add(cells={f"{county}:status.dropped_out": children}, flows={flow: children})
    memory.move(0, memory.positions[0] + 1, None, None)
    list(reader.newest.note_in_pieces([flow]))
    reader.changed.set()
