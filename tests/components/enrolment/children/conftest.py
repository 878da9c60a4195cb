"""A desk with names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.components.enrolment.children.names_desk import NamesDesk
from tests.support.redis import RedisDatabase


@pytest.fixture
async def desk(database: RedisDatabase, tmp_path: Path) -> AsyncIterator[NamesDesk]:
    async with NamesDesk(database, tmp_path).open() as desk:
        yield desk
