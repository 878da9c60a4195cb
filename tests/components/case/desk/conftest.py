"""The desk over a case api: files in two counties, and neighbours that write down what they are asked and by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.components.case.desk.desk_rig import DeskRig
from tests.support.redis import RedisDatabase


@pytest.fixture
async def desk(database: RedisDatabase) -> AsyncIterator[DeskRig]:
    rig = DeskRig(database)
    async with rig.neighbours.running():
        await rig.fill()
        yield rig
