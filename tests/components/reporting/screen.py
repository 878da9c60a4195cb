"""An api over a memory with a few children in it, and its client, for the tests of what it answers."""

import json
from typing import Any

import httpx
import msgspec

from services.reporting.answers.current_view import CurrentView
from services.reporting.answers.documents import AsOf
from services.reporting.answers.headline import Basis
from services.reporting.api import create_app
from services.reporting.view.board_reader import BoardReader
from services.reporting.view.memory import Memory
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.components.reporting.written_facts import fact, standing, statement
from tests.support.callers import identity

NOWHERE = "redis://127.0.0.1:1/0"
ZHAOJUE, JINYANG, URUMQI, NATION = "513431", "513430", "650102", "100000"
OUT, POOR = standing("dropped_out"), standing("never_enrolled", stage=None, poor=True, reason="poverty")
BACK = standing("returned")

RECORD = (
    fact("listed", None, OUT, 1, spell=1, time="2019-03-01T08:00:00+08:00"),
    fact("listed", None, POOR, 2, spell=1, time="2019-03-01T08:00:00+08:00"),
    fact("listed", None, standing("dropped_out", URUMQI), 3, spell=1, time="2019-03-02T08:00:00+08:00"),
    fact("returned", OUT, BACK, 4, time="2019-04-01T08:00:00+08:00"),
    statement(JINYANG, 0, 5, time="2019-04-02T08:00:00+08:00"),
)
"""Two children of 昭觉县 and one of 天山区 are listed; one of 昭觉县 returns; 金阳县 states that it has none."""

NO_TIME = AsOf({}, None, None, 0.0)


class Screen:
    """A client of an api over a memory."""

    def __init__(self, memory: Memory | None, baseline: Basis = "published", ready_lag_seconds: float = 30.0) -> None:
        log, redis = MemoryLog(1), connect(NOWHERE)
        self.reader = BoardReader(redis, log, partitions=1)
        if memory is not None:
            self.reader.show(memory)
        self.app = create_app(reader=self.reader, log=log, redis=redis, identity=identity(), baseline=baseline, ready_lag_seconds=ready_lag_seconds)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://screen")

    async def get(self, path: str, **query: str) -> Any:
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def counts(self, area: str) -> Any:
        return await self.get("/v1/counts", area=area)

    def exact(self, area: str) -> Any:
        """What somebody with a right to the numbers of small cells is answered."""
        current = self.current()
        return json.loads(msgspec.json.encode(current.counts(area, current.as_of(), exact=True)))

    def current(self) -> CurrentView:
        return CurrentView(self.reader)
