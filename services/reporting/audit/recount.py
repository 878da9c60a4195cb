"""Counts the record again: takes it chunk by chunk, has SQL parse, judge and sum it, and keeps nothing but the sums."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol

import duckdb

from services.reporting.audit.definition import statements

CHUNK = 50_000
"""Records counted at once: about 100 MB of memory, and few enough statements that they cost nothing."""
_GROWN = 2_000_000
"""Rows that the running sums may grow by before they are summed up."""
_EXAMPLES = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))


class Logged(Protocol):
    """A record as a consumer of the log gives it."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """Records that could not be counted: why, how many, and the (partition, offset) of the first of them."""

    problem: str
    records: int
    first: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What was read: ``facts`` counted, of which ``files`` of children's files and ``aid`` of grants; ``repeats`` dropped; ``later`` recorded
    after the moment asked for; ``others`` of published figures.
    """

    facts: int
    files: int
    aid: int
    repeats: int
    later: int
    others: int
    event_time: datetime | None
    recorded_time: datetime | None


def open_database() -> duckdb.DuckDBPyConnection:
    """Open a database in memory that takes one core, and nothing from the network."""
    return duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False})


class Recount:
    """One count of the record, from its first offset on, in a database of its own.

    ``recorded_until``: count only what was recorded up to this moment, itself included. Feed it with ``add``, every partition
    from its first offset and in order, and end with ``finish``; then the tables ``recounted`` (county, cell, n), ``standings``,
    ``flows``, ``files`` and ``aid`` hold the counts.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection, *, recorded_until: datetime | None = None, chunk: int = CHUNK) -> None:
        """Make the tables, or empty those of an earlier count in this database."""
        self.database = database
        self.read: Counter[int] = Counter()
        self._recorded_until = None if recorded_until is None else micros(recorded_until)
        self._chunk = chunk
        self._waiting: list[Logged] = []
        self._found: dict[str, tuple[int, list[tuple[int, int]]]] = {}
        self._kept = 0
        for statement in statements.BEGIN:
            database.execute(statement)

    def add(self, records: Sequence[Logged]) -> None:
        """Take the next records; counts a chunk as soon as there is one."""
        self._waiting += records
        while len(self._waiting) >= self._chunk:
            chunk, self._waiting = self._waiting[: self._chunk], self._waiting[self._chunk :]
            self._count(chunk)

    def finish(self) -> Totals:
        """Count what is left, and make the cells."""
        chunk, self._waiting = self._waiting, []
        if chunk:
            self._count(chunk)
        self._sum_up()
        self.database.execute(statements.CELLS)
        rows = self.database.execute("SELECT facts, files, aid, repeats, later, others, event_time, recorded_time FROM totals").fetchall()
        facts, files, aid, repeats, later, others, event_time, recorded_time = rows[0] if rows else (0, 0, 0, 0, 0, 0, None, None)
        return Totals(facts, files, aid, repeats, later, others, moment(event_time), moment(recorded_time))

    def findings(self) -> list[Finding]:
        """Give what could not be counted so far, the most frequent first."""
        found = [Finding(problem, records, tuple(sorted(first))) for problem, (records, first) in self._found.items()]
        return sorted(found, key=lambda finding: (-finding.records, finding.problem))

    def _count(self, records: list[Logged]) -> None:
        self.read.update(record.partition for record in records)
        self.database.execute(statements.MAKE_ROOM)
        with self.database.appender("arrived") as arrived:
            arrived.append_rows(self._decoded(records))
        for statement in statements.EACH_CHUNK:
            parameters = {"recorded_until": self._recorded_until} if "$recorded_until" in statement else None
            self.database.execute(statement, parameters)
        odd = self.database.execute(
            "SELECT problem, count(*), list((part, place) ORDER BY part, place)[:5] FROM judged WHERE problem IS NOT NULL GROUP BY problem"
        )
        for problem, number, first in odd.fetchall():
            self._note(problem, number, [tuple(position) for position in first])
        self._sum_up_when_grown()

    def _decoded(self, records: list[Logged]) -> Iterator[tuple[int, int, str]]:
        for record in records:
            value = record.value
            try:
                text = value.decode() if value is not None else ""
            except UnicodeDecodeError:
                text = ""  # no event either: SQL finds it so
            yield record.partition, record.offset, text

    def _note(self, problem: str, records: int, first: list[Any]) -> None:
        number, known = self._found.get(problem, (0, []))
        self._found[problem] = (number + records, (known + first)[:_EXAMPLES])

    def _sum_up_when_grown(self) -> None:
        (rows,) = self.database.execute(statements.COUNT_ROWS).fetchall()
        if rows[0] > 2 * self._kept + _GROWN:
            self._sum_up()
            (rows,) = self.database.execute(statements.COUNT_ROWS).fetchall()
            self._kept = rows[0]

    def _sum_up(self) -> None:
        for statement in statements.SUM_UP:
            self.database.execute(statement)


def micros(when: datetime) -> int:
    """Give an aware moment as microseconds since 1970 in UTC, exactly."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def moment(since_epoch: int | None) -> datetime | None:
    """Give microseconds since 1970 as a moment of China's time."""
    return None if since_epoch is None else (_EPOCH + timedelta(microseconds=since_epoch)).astimezone(CHINA)
