"""Writes who looked at which child, and waits until it is in the log. An api that cannot write it does not answer."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, NamedTuple, Protocol, TypeVar

import msgspec
from fastapi import Query
from msgspec import Struct

from shared import clock
from shared.contracts.access import ChildLooked, Looked, NameErased, Purpose
from shared.contracts.services import ServiceSpec
from shared.events.codec import encode
from shared.events.envelope import first_event
from shared.http.idempotency import Answer
from shared.http.problems import Problem
from shared.http.unavailable import log_needed
from shared.identity.caller import Caller
from shared.ids import draw_id
from shared.log import topics
from shared.log.event_log import EventLog
from shared.log.partitioner import partition_of

Why = Annotated[Purpose, Query(description="why: it is recorded who looked, and why")]
"""The purpose that a reader tells, for the endpoints that show a child."""
_LONGEST_NAME = 255


class ShownDocument(Protocol):
    """What an api shows of a child."""

    @property
    def county(self) -> str:
        """Where the child counts."""


Shown = TypeVar("Shown", bound=ShownDocument)


class _County(Struct, frozen=True):
    county: str | None = None


_decode_county = msgspec.json.Decoder(_County).decode


class Look(NamedTuple):
    """One child that a caller looked at; see ``ChildLooked``."""

    student: str
    county: str | None
    shown: bool


class AccessLog:
    """The topic ``access`` for the api of one service."""

    def __init__(self, log: EventLog, spec: ServiceSpec, *, partitions: int, now: Callable[[], datetime] = clock.now) -> None:
        self._log, self._source, self._partitions, self._now = log, spec.source, partitions, now

    async def looked(self, caller: Caller, did: Looked, looks: Iterable[Look], *, purpose: Purpose) -> None:
        """Write that a caller looked at children. Returns once all in-sync replicas have it. Raises ``Problem`` 503."""
        await self._append([(each.student, _look_of(caller, did, each, purpose)) for each in looks])

    async def shown(self, caller: Caller, did: Looked, student: str, document: Awaitable[Shown], *, purpose: Purpose) -> Shown:
        """Return the document of a child once it is written that the caller looked; write too that somebody was turned away (404).

        Raises what the document raises, and ``Problem`` 503.
        """
        try:
            found = await document
        except Problem as problem:
            if problem.status == HTTPStatus.NOT_FOUND:
                await self.looked(caller, did, [Look(student, None, shown=False)], purpose=purpose)
            raise
        await self.looked(caller, did, [Look(student, found.county, shown=True)], purpose=purpose)
        return found

    async def answered(self, caller: Caller, did: Looked, student: str, answer: Answer) -> Answer:
        """Return the answer to a command, once it is written that the caller looked; one that shows no child is returned as it is."""
        if answer.status == HTTPStatus.OK:
            county = _decode_county(answer.body).county
            if county is not None:
                await self.looked(caller, did, [Look(student, county, shown=True)], purpose=Purpose.WORK)
        return answer

    async def erased(self, caller: Caller, student: str, county: str, *, purpose: Purpose) -> None:
        """Write that the name of a child is erased, and who asked for it. From then on it is, whatever happens next. Raises ``Problem`` 503."""
        look = _look_of(caller, Looked.ERASURE, Look(student, county, shown=True), purpose)
        await self._append([(student, look), (student, NameErased(look.caller, look.office, purpose))])

    async def _append(self, events: Iterable[tuple[str, ChildLooked | NameErased]]) -> None:
        now = self._now()
        records: dict[int, list[tuple[bytes, bytes]]] = {}
        for student, data in events:
            key = student.encode()
            event = first_event(data, id_=draw_id(), source=self._source, subject=student, at=now, recorded=now)
            records.setdefault(partition_of(key, self._partitions), []).append((key, encode(event)))
        if records:
            with log_needed():
                await self._log.append(topics.ACCESS, records)


def _look_of(caller: Caller, did: Looked, look: Look, purpose: Purpose) -> ChildLooked:
    return ChildLooked(did, caller.sub[:_LONGEST_NAME], caller.office, tuple(sorted(caller.roles)), purpose, look.shown, look.county)
