"""Takes a body in: checks all of it, logs what is accepted, keeps the receipt, and only then acknowledges.

The steps of one request, and what a failure after each leaves behind:

1. Read and check every line. (Nothing done.)
2. With an ``Idempotency-Key``: claim it. (A claim that expires by itself.)
3. Begin the receipt, so that while Redis is unavailable or takes no writes, retries do not fill the log. (One that nobody knows of; it expires.)
4. Append to the log and wait for all in-sync replicas. (Lines in the log, perhaps in part, that nobody was told of. The
   sender repeats the body; the worker finds the repeats to be duplicates.)
5. Keep the receipt. (A receipt that nobody knows of; it expires.)
6. With a key: keep the answer in the place of the claim. (Done; a repeat gets the same answer.)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import msgspec
from msgspec import Struct

from services.enrolment.intake import body
from services.enrolment.intake.batch import Batch
from services.enrolment.intake.line_checker import LineChecker
from services.enrolment.intake.receipts import Receipt, ReceiptStore, RefusedLine
from services.enrolment.limits import Limits
from services.enrolment.meters import ApiMeters
from shared.deciding.states.outcomes import Outcome
from shared.http import problems
from shared.http.callers import offices_of_caller
from shared.http.idempotency import Answer, IdempotencyStore, KeyedRequest
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.ids import draw_id
from shared.log import topics
from shared.log.event_log import EventLog, LogUnavailable
from shared.redis.edge import REDIS_UNAVAILABLE


class MediaType(StrEnum):
    """What a body is, by its media type."""

    ONE = "application/cloudevents+json"
    ARRAY = "application/cloudevents-batch+json"
    NDJSON = "application/x-ndjson"


_READERS = {MediaType.ONE: body.one, MediaType.ARRAY: body.array, MediaType.NDJSON: body.ndjson}


class Acknowledgement(Struct, frozen=True):
    """What a sender is told once every accepted line is in the log: the batch, the counts, and each refused line.

    ``batch`` is null for an empty array, of which no receipt is kept.
    """

    batch: str | None
    received: int
    logged: int
    refused: int
    lines: list[RefusedLine]


class ReportIntake:
    """What the api does, without HTTP. All methods raise ``Problem``."""

    def __init__(
        self,
        *,
        limits: Limits,
        checker: LineChecker,
        log: EventLog,
        receipts: ReceiptStore,
        idempotency: IdempotencyStore,
        meters: ApiMeters,
        now: Callable[[], datetime],
        partitions: int,
    ) -> None:
        self._limits, self._checker, self._log, self._receipts, self._idempotency = limits, checker, log, receipts, idempotency
        self._meters, self._now, self._partitions = meters, now, partitions

    async def take(self, media_type: MediaType, chunks: body.Chunks, *, caller: Caller, key: str | None, at: datetime | None = None) -> Answer:
        """Take a caller's body, as sent but for its content encoding, now or ``at`` a moment of a demo's story.

        Returns the answer: 202, or 422 for a single event that is refused.
        """
        if key is None:
            return await self._logged(await self._checked(media_type, chunks, caller, at), media_type, caller)
        digest = sha256(media_type.encode())
        batch = await self._checked(media_type, body.watched(chunks, digest.update), caller, at)
        worked = False

        async def logged() -> Answer:
            nonlocal worked
            worked = True
            return await self._logged(batch, media_type, caller)

        with self._redis_needed():
            answer = await self._idempotency.respond_once(
                KeyedRequest(caller.owner, key, digest.digest()), logged, keeps=lambda answer: answer.status == 202
            )
        if not worked:
            self._meters.repeats.inc()
        return answer

    async def receipt(self, batch: str, *, caller: Caller, after: int, outcome: Outcome | None) -> Receipt:
        """Return a page of a receipt of the caller's own."""
        with self._redis_needed():
            receipt = await self._receipts.get(batch, owner=caller.owner, after=after, outcome=outcome)
        if receipt is None:
            detail = f"No batch of yours has this id: receipts are kept for {self._limits.receipt_days} days."
            raise Problem(404, "no-such-batch", "No such batch", detail)
        return receipt

    async def _checked(self, media_type: MediaType, chunks: body.Chunks, caller: Caller, at: datetime | None) -> Batch:
        batch = Batch(draw_id(), received_at=at or self._now(), sources=offices_of_caller(caller), partitions=self._partitions)
        with self._meters.check_seconds.time():
            async for lines in _READERS[media_type](chunks, self._limits):
                batch.add(lines, self._checker)
        if not batch.received and media_type is not MediaType.ARRAY:
            raise Problem(400, "empty-body", "The body is empty", "There is no report in it.")
        return batch

    async def _logged(self, batch: Batch, media_type: MediaType, caller: Caller) -> Answer:
        answer = _refusal(batch.refused[0]) if media_type is MediaType.ONE and batch.refused else _acknowledgement(batch)
        if answer.status == 202 and batch.received:
            with self._redis_needed():
                await self._receipts.begin(batch.id, owner=caller.owner)
            with self._meters.log_seconds.time():
                first = await self._appended(batch)
            self._meters.logged.inc(batch.logged)
            with self._redis_needed():
                await self._receipts.put(batch.id, batch.received, bytes(batch.where), first, batch.refused, owner=caller.owner)
        self._meters.received.inc(batch.received)
        for code, number in batch.refusals_by_code().items():
            self._meters.refused.labels(code).inc(number)
        return answer

    async def _appended(self, batch: Batch) -> dict[int, int]:
        try:
            return await self._log.append(topics.SUBMISSIONS, batch.records) if batch.records else {}
        except LogUnavailable:
            raise self._away("log") from None

    @contextmanager
    def _redis_needed(self) -> Iterator[None]:
        try:
            yield
        except REDIS_UNAVAILABLE:
            raise self._away("redis") from None

    def _away(self, what: str) -> Problem:
        self._meters.unavailable.labels(what).inc()
        detail = (
            "Nothing is acknowledged. Some of it may be logged already, and that does no harm: "
            "send the whole body again, with the same Idempotency-Key if it had one."
        )
        return Problem(503, f"{what}-away", f"The {what} is away", detail, headers={"Retry-After": str(self._limits.retry_seconds)})


def _acknowledgement(batch: Batch) -> Answer:
    told = Acknowledgement(batch.id if batch.received else None, batch.received, batch.logged, len(batch.refused), batch.refused)
    headers = {"Location": f"/v1/receipts/{batch.id}"} if batch.received else {}
    return Answer(202, "application/json", headers, msgspec.json.encode(told))


def _refusal(line: RefusedLine) -> Answer:
    more = {"code": line.code, "field": line.field, "id": line.id} | ({"errors": line.errors} if line.errors else {})
    problem = Problem(422, "report-refused", "The report was refused", line.detail, more=more)
    return Answer(problem.status, problems.MEDIA_TYPE, problem.headers, problem.body())
