"""The desk of case: what an office asks of children's files."""

from datetime import date, datetime
from typing import Any

import httpx

from services.case.api import create_app
from services.case.decider import CaseDecider
from services.case.domain.packed import FORMAT
from shared.contracts.case_commands import CaseCommand
from shared.contracts.services import CASE
from shared.deciding.states.state_store import StateStore
from shared.log.partitioner import partition_of
from tests.components.shared import office_desk
from tests.components.shared.office_desk import CHILD, PARTITIONS, OfficeDesk
from tests.domain.case.case_story import OFFICE, PREFECTURE, numbered
from tests.support.redis import RedisDatabase

ATTEMPT = {"do": "record-attempt", "office": OFFICE, "role": "teacher", "method": "visit", "met": "guardian", "outcome": "promised"}
CORROBORATE = {
    "do": "corroborate-return", "office": OFFICE, "role": "teacher", "by": "attendance", "happened": "2020-06-12", "evidence": "KQ/2020-05",
}  # fmt: skip
CLOSE = {"do": "close-after-return", "office": OFFICE, "role": "officer", "outcome": "sustained", "evidence": "KQ/2020-06"}
CONFIRM = {"do": "confirm-closing", "office": PREFECTURE, "role": "officer", "evidence": "FH/2020-06"}
DECLINE = {"do": "decline-closing", "office": PREFECTURE, "role": "officer", "because": "not_in_school"}
STEP = {"do": "record-step", "office": OFFICE, "role": "teacher", "step": "visit-home", "happened": "2020-06-12", "evidence": "JF/2020-01"}
LAW_STEP = {"do": "take-law-step", "office": OFFICE, "role": "officer", "step": "notice", "happened": "2020-06-12", "document": "FX/2020-01"}
HOLD = {"do": "hold-place", "office": OFFICE, "role": "officer", "place": "seat", "school": "2151000001", "term": "2020-spring"}
VISIT = {"do": "plan-visit", "office": OFFICE, "role": "officer", "day": "2020-06-20"}
CHANGE = {"do": "change-plan", "office": OFFICE, "role": "education_head", "change": "leave_out", "because": "not_needed", "step": "tutor"}


def asked(command: CaseCommand, *, child: str = CHILD, time: datetime, id_: str) -> bytes:
    """Write a command as the log holds it."""
    return office_desk.asked(numbered(command, time.date()), child=child, time=time, id_=id_, source=office_desk.source_of(command, "case"))


class CaseDesk(OfficeDesk):
    """The api of case."""

    def __init__(self, redis: RedisDatabase, **limits: Any) -> None:
        super().__init__(redis, CaseDecider(), format_version=FORMAT)
        self.open(create_app, **limits)

    def numbered(self, command: CaseCommand, day: str, n: int) -> CaseCommand:
        return numbered(command, date.fromisoformat(day))

    async def ask(self, *, child: str = CHILD, key: str | None = None, **body: Any) -> httpx.Response:
        """Ask for something in the office's name."""
        return await self.client.post(f"/v1/cases/{child}", json=body, headers={} if key is None else {"Idempotency-Key": key})

    async def state(self, child: str = CHILD) -> bytes | None:
        """Return the packed state of a file, as the worker keeps it."""
        store = StateStore(self.redis.client, CASE.name, generation="1", buckets=8, format_version=FORMAT)
        return await store.get(partition_of(child.encode(), PARTITIONS), bytes.fromhex(child))
