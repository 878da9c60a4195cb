import pytest

from tests.edges.rebuilding.rebuilt_service import Rebuilt
from tests.support.redis import RedisDatabase


@pytest.fixture
async def rebuilt(database: RedisDatabase) -> Rebuilt:
    """Files of two partitions, of which a day has begun; a turn of commands is asked for, and not decided."""
    rig = Rebuilt(database)
    await rig.ask(0)
    await rig.begin_day()
    await rig.ask(1)
    await rig.work(rig.worker())
    await rig.ask(2)
    return rig
