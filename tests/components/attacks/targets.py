"""The real apis of all services, each with something in it, and every endpoint of theirs, to be attacked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute

from shared.http.callers import OPERATIONS, Having, identify_by, is_open
from shared.log.memory_log import MemoryLog
from tests.components.case.case_desk import CaseDesk
from tests.components.enrolment.children.names_desk import NamesDesk
from tests.components.enrolment.intake_desk import Desk
from tests.components.relief.relief_desk import ReliefDesk
from tests.components.reporting.live.live_rig import Rig, memory_to_show
from tests.domain.case.case_story import opened
from tests.domain.relief.grants import AUTUMN, in_school
from tests.support.callers import identity
from tests.support.redis import RedisDatabase

CHILD = "00112233445566778899aabbccddeeff"
PLACES = {"batch": "b-1", "term": AUTUMN, "student": CHILD, "paper": "visit-form", "note": CHILD, "code": "513431", "school": "5134310001"}
BODIES = {"/v1/reports": "application/x-ndjson", "/v1/cases": "application/x-ndjson", "/v1/grants": "application/x-ndjson"}
"""The media types that are not JSON."""
FILES = f"?note={CHILD}&kind=other"
"""What is said of an attachment beside its path."""


class Endpoint(NamedTuple):
    """A method and a path of an api, with an id of something that is there, and its route."""

    method: str
    path: str
    route: APIRoute

    @property
    def name(self) -> str:
        return f"{self.method} {self.route.path_format}"

    @property
    def rights(self) -> set[str]:
        needed = (each.call for each in self.route.dependant.dependencies)
        return {str(action) for call in needed if isinstance(call, Having) for action in call.actions}

    @property
    def is_open(self) -> bool:
        return is_open(self.route)

    @property
    def headers(self) -> dict[str, str]:
        media_type = "image/png" if self.path.endswith(FILES) else BODIES.get(self.path, "application/json")
        return {"content-type": media_type, "idempotency-key": "attack"} if self.method == "POST" else {}


class Target(NamedTuple):
    """An api, and the log behind it."""

    service: str
    app: FastAPI
    log: MemoryLog

    def client(self, headers: Mapping[str, str] | None = None, address: str = "10.0.0.7") -> httpx.AsyncClient:
        """Return a client on another machine."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 40_000))
        return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield every endpoint, of the probes and the documents too."""
        places = PLACES | {"id": f"{CHILD}-{AUTUMN}" if self.service == "relief" else CHILD}
        for each in self.app.routes:
            for route in getattr(getattr(each, "original_router", None), "routes", [each]):
                if isinstance(route, APIRoute):
                    path = re.sub(r"\{(\w+)[^}]*\}", lambda name: places[name[1]], route.path_format)
                    path += FILES if path.endswith("/attachments") else ""
                    yield from (Endpoint(method, path, route) for method in sorted(route.methods or ()))

    def business(self) -> list[Endpoint]:
        """Return the endpoints beside the probes and the documents."""
        return [each for each in self.endpoints() if OPERATIONS not in each.route.tags]

    def written(self) -> int:
        """Return how many records the log has."""
        return sum(len(partition) for partitions in self.log.topics.values() for partition in partitions)


class Targets(NamedTuple):
    """All apis."""

    enrolment: Desk
    case: CaseDesk
    relief: ReliefDesk
    reporting: Rig
    names: NamesDesk
    """Enrolment again, with a directory of children."""

    @classmethod
    async def of(cls, database: RedisDatabase, names: NamesDesk) -> Targets:
        identify_by(names.app, identity())
        found = cls(Desk(database), CaseDesk(database), ReliefDesk(database), Rig(memory_to_show()), names)
        await found.case.tell(("2020-06-01", opened()))
        await found.relief.tell(("2019-09-02", in_school))
        return found

    def all(self) -> list[Target]:
        return [
            Target("enrolment", self.names.app, self.names.log),
            Target("case", self.case.app, self.case.log),
            Target("relief", self.relief.app, self.relief.log),
            Target("reporting", self.reporting.app, self.reporting.log),
        ]
