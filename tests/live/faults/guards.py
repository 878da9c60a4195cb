"""The guards that rows of the matrix take out of the processes that they start, beside those of the commits."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakSet

from tests.support import guards
from tests.support.guards import Replace

SAID_LATE = 1.0
"""Seconds by which the api without its guard appends behind its answer, and the counter without its guard moves its cursor behind its counts."""


def _answered_when_logged(replace: Replace) -> None:
    """Have the api answer first and log then."""
    from services.enrolment.intake.report_intake import ReportIntake

    appended, later = ReportIntake._appended, set[asyncio.Task[Any]]()

    async def append_later(self: ReportIntake, batch: Any) -> dict[int, int]:
        async def append() -> None:
            await asyncio.sleep(SAID_LATE)
            await appended(self, batch)

        later.add(asyncio.create_task(append()))
        return dict.fromkeys(batch.records, 0)

    replace(ReportIntake, "_appended", append_later)


def _failed_append_told(replace: Replace) -> None:
    """Have an append that was not acknowledged pass for one that was."""
    from shared.log.event_log import LogUnavailable
    from shared.log.kafka_log import KafkaLog

    append = KafkaLog.append

    async def hopeful(self: KafkaLog, topic: str, records: Any) -> dict[int, int]:
        try:
            return await append(self, topic, records)
        except LogUnavailable:
            return dict.fromkeys(records, 0)

    replace(KafkaLog, "append", hopeful)


def _cursor_with_the_counts(replace: Replace) -> None:
    """Have the counter move its cursor now and then, and not with the counts: as a consumer does that commits to Kafka."""
    from services.reporting.board.board import Board

    guards.GUARDS["the compare in reporting's apply"](replace)
    apply, moved = Board.apply, dict[int, float]()

    async def add(self: Board, partition: int, expected: int, next_: int, changes: Any, **options: Any) -> int:
        before: Any = await self._redis.hgetall(self.keys(partition)[0])
        stands = await apply(self, partition, expected, next_, changes, **options)
        now = asyncio.get_running_loop().time()
        if now - moved.get(partition, 0.0) < SAID_LATE:
            await self._redis.hset(self.keys(partition)[0], mapping=before)
        else:
            moved[partition] = now
        return stands

    replace(Board, "apply", add)


def _rebuild(replace: Replace) -> None:
    """Have a worker that lost its states go on behind its last fact, without them."""
    from shared.contracts.sequence import offset_of
    from shared.deciding.deciding_follower import DecidingFollower
    from shared.log import topics

    async def forget(self: DecidingFollower, partition: int, begin: int) -> int:
        end = (await self._log.end_offsets(topics.STUDENT_STATUS))[partition]
        if (progress := await self._store.rebuilding(partition)) is None:
            return (await self._store.cursors((partition,)))[partition] or 0
        known, last = await self._reader.known(partition), ""
        async for piece in self._log.read(topics.STUDENT_STATUS, partition, progress.facts, end):
            for _, _, event in self._reader.own_facts_in(piece, known, last):
                last = event.sequence
        return await self._store.finish_rebuilding(partition, progress.facts, offset_of(last) + 1 if last else begin)

    replace(DecidingFollower, "_rebuild", forget)


def _seek_at_assignment(replace: Replace) -> None:
    """Have a worker go on with partitions that it is given later wherever its client happens to stand."""
    from faust.transport.consumer import ensure_TPset

    from shared.worker.faust_edge.consumer import BatchConsumer

    asked, begun = BatchConsumer.seek_to_committed, WeakSet[BatchConsumer]()

    async def once(self: BatchConsumer) -> Any:
        if self not in begun:
            begun.add(self)
            return await asked(self)
        return await self._batch_app.cursors_of(ensure_TPset(self._thread.assignment()))

    replace(BatchConsumer, "seek_to_committed", once)


def _published_beyond(replace: Replace) -> None:
    """Have a worker decide again what was published and not applied."""
    from shared.deciding.deciding_follower import DecidingFollower

    async def nothing(self: DecidingFollower, batch: Any) -> None:
        return None

    replace(DecidingFollower, "_published_beyond", nothing)


def _belonging(replace: Replace) -> None:
    """Have every reader of the record take each fact to belong where it stands."""
    from shared.log import input_bounds

    def judge_of(*_: object, **__: object) -> Callable[..., None]:
        return lambda *_: None

    replace(input_bounds, "judge_of", judge_of)


def _repeats(replace: Replace) -> None:
    """Have the decider take every repeat of a happening for news."""
    from services.enrolment.domain import judging
    from services.enrolment.domain.timeline import NEW

    replace(judging, "seen", lambda *_: NEW)


def _within_the_log(replace: Replace) -> None:
    """Have a worker whose cursor the log does not hold go on at the nearest offset that it holds."""
    from shared.worker.faust_edge.app import FollowerApp
    from shared.worker.retrying import retrying

    async def nearest(self: FollowerApp, topic: str, wanted: Mapping[int, int | None]) -> dict[int, int]:
        bounds = await retrying()(self._log.bounds, topic)
        return {partition: min(max(cursor or 0, bounds[partition][0]), bounds[partition][1]) for partition, cursor in wanted.items()}

    replace(FollowerApp, "_within_log", nearest)


def _by_sequence(replace: Replace) -> None:
    """Have the counter take for a repeat what was recorded before the newest fact of its source."""
    from services.reporting.counting import folding

    newest: dict[str, Any] = {}

    def is_older(fact: Any, _: Mapping[str, str]) -> bool:
        newest[fact.source] = max(fact.recordedtime, newest.get(fact.source, fact.recordedtime))
        return bool(fact.recordedtime < newest[fact.source])

    replace(folding, "_is_repeat", is_older)


def _without_retry(replace: Replace) -> None:
    """Have an api turn callers away without a word of when to come again."""
    from shared.http.server import connection

    replace(connection, "_TOO_MANY", connection._TOO_MANY.__class__(503, "too-many-connections", "Too many connections", "Try again."))


def _in_one_step(replace: Replace) -> None:
    """Have a deciding worker end its step before a key that it has seen in it: each record of one child is a commit of its own."""
    from shared.deciding.deciding_follower import DecidingFollower
    from shared.worker.follower import RecordBatch

    follow = DecidingFollower.follow

    async def follow_briefly(self: DecidingFollower, batch: RecordBatch) -> int:
        keys = set[bytes | None]()
        for record in batch.records:
            if record.key in keys:
                return await follow(self, batch.until(record.offset))
            keys.add(record.key)
        return await follow(self, batch)

    replace(DecidingFollower, "follow", follow_briefly)


def _refused_writes(replace: Replace) -> None:
    """Have a Redis that takes no writes now pass for a command that is wrong."""
    from redis.exceptions import OutOfMemoryError, ResponseError

    from shared.redis import edge

    read = edge._ServiceConnection.read_response

    async def as_wrong(self: edge._ServiceConnection, *args: Any, **options: Any) -> Any:
        try:
            return await read(self, *args, **options)
        except (OutOfMemoryError, edge.NotNow) as error:
            raise ResponseError(*error.args) from error

    replace(edge._ServiceConnection, "read_response", as_wrong)


ANSWERED_WHEN_LOGGED = "answered when it is logged"
FAILED_APPEND = "an append that failed is told"
CURSOR_WITH_COUNTS = "the cursor moves with the counts"
REFUSED_WRITES = "a Redis that takes no writes is away"
REBUILD = "states are built again before anything is decided"
SEEK = "each assignment seeks to Redis's cursor"
PUBLISHED = "what was published is never decided again"
BELONGING = "a fact must belong where it stands"
REPEATS = "a repeat is no news"
WITHIN_LOG = "a cursor must be within the log"
BY_SEQUENCE = "a repeat is told by its sequence, and by no clock"
RETRY_AFTER = "whoever is turned away is told when to come again"
IN_ONE_STEP = "what one child is reported is decided in one step"

GUARDS: Mapping[str, Callable[[Replace], None]] = {
    **guards.GUARDS,
    ANSWERED_WHEN_LOGGED: _answered_when_logged,
    FAILED_APPEND: _failed_append_told,
    CURSOR_WITH_COUNTS: _cursor_with_the_counts,
    REFUSED_WRITES: _refused_writes,
    REBUILD: _rebuild,
    SEEK: _seek_at_assignment,
    PUBLISHED: _published_beyond,
    BELONGING: _belonging,
    REPEATS: _repeats,
    WITHIN_LOG: _within_the_log,
    BY_SEQUENCE: _by_sequence,
    RETRY_AFTER: _without_retry,
    IN_ONE_STEP: _in_one_step,
}


def take_out(names: Sequence[str], replace: Replace = setattr) -> None:
    """Take guards out by their names. Raises ``KeyError`` for a name that has gone."""
    for name in names:
        GUARDS[name](replace)
