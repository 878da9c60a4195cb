"""The apis that are attacked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.components.attacks.targets import Targets
from tests.components.enrolment.children.names_desk import NamesDesk
from tests.support.redis import RedisDatabase


@pytest.fixture
async def targets(database: RedisDatabase, tmp_path: Path) -> AsyncIterator[Targets]:
    async with NamesDesk(database, tmp_path).open() as names:
        yield await Targets.of(database, names)
