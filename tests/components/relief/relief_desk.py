"""The desk of relief: what an office asks of grants."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx

from services.relief.api import create_app
from services.relief.decider import ReliefDecider
from services.relief.domain.packed import FORMAT
from services.relief.terms.term_start import Pace
from shared.contracts.relief import FollowingCommand
from shared.log.topics import STUDENT_STATUS
from tests.components.shared.office_desk import CHILD, OfficeDesk
from tests.domain.relief.grants import Command, numbered
from tests.support.redis import RedisDatabase

QUICK = Pace(page=1, ahead=0, lease=30, look=0.001, retry=0.001)


class ReliefDesk(OfficeDesk):
    """The api of relief."""

    def __init__(self, redis: RedisDatabase, **limits: Any) -> None:
        super().__init__(redis, ReliefDecider(), format_version=FORMAT)
        self.begin_anew(**limits)

    def begin_anew(self, *, pace: Pace = QUICK, **limits: Any) -> None:
        """What a restart of the api does; the one before must be closed."""
        self.open(partial(create_app, pace=pace), **limits)

    def numbered(self, command: Command, day: str, n: int) -> Command:
        assert isinstance(command, FollowingCommand)
        return numbered(command, n)

    async def ask(self, term: str, do: str, *, child: str = CHILD, key: str | None = None, **fields: Any) -> httpx.Response:
        """Ask for something to be done with a grant."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.client.post(f"/v1/grants/{child}-{term}", json={"do": do, **fields}, headers=headers)

    def facts(self) -> Mapping[str, int]:
        """How many facts of each kind there are; the same fact twice is one."""
        kinds = {event.id: event.type.split(".")[3] for event in self.events(STUDENT_STATUS)}
        return Counter(kinds.values())
