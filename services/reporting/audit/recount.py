"""Counts the record again, chunk by chunk: SQL parses, checks and sums the records, and only the sums are kept."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from services.reporting.audit.definition import belonging, families, steps
from services.reporting.audit.definition.moments import micros, moment
from services.reporting.audit.sources.log import Bounds, LoggedRecord

CHUNK = 50_000
"""Records counted at once: about 100 MB of memory, and so few statements that their own cost does not matter."""
_GROWN = 2_000_000
"""Rows by which the tables of sums may grow before they are summed up."""
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Records that could not be counted: the problem, their number, and the (partition, offset) of the first five."""

    problem: str
    records: int
    first: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The records that were read, by what became of them.

    ``covered``: distinct facts of each family that is counted. ``passed_over``: those of each registered family that nobody counts.
    ``repeats``: facts that were seen before. ``later``: facts recorded after the moment asked for.
    """

    covered: Mapping[str, int]
    passed_over: Mapping[str, int]
    repeats: int
    later: int
    event_time: datetime | None
    recorded_time: datetime | None

    @property
    def facts(self) -> int:
        """Return the number of distinct facts that were counted."""
        return sum(self.covered.values())


def open_database() -> duckdb.DuckDBPyConnection:
    """Open a database in memory that uses one core and never the network."""
    return duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False})


def _text_of(key: bytes | None) -> str | None:
    """Return a key as text, None for one that no fact has."""
    return key.decode() if key is not None and key.isascii() else None


class Recount:
    """One count of the record, from its first offset on, in a database.

    Call ``add`` with the records of every partition, from its first offset and in order, then ``finish``. Then the tables ``recounted``
    (county, cell, n), ``standings``, ``flows``, ``files`` and ``aid`` hold the counts.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection, *, bounds: Bounds, recorded_until: datetime | None = None, chunk: int = CHUNK) -> None:
        """``recorded_until``: count only the facts recorded up to this moment, itself included. Tables of an earlier count are emptied."""
        self.database = database
        self.read: Counter[int] = Counter()
        self._recorded_until = None if recorded_until is None else micros(recorded_until)
        self._chunk = chunk
        self._waiting: list[LoggedRecord] = []
        self._found: dict[str, tuple[int, list[tuple[int, int]]]] = {}
        self._kept = 0
        for statement in steps.BEGIN:
            database.execute(statement)
        self._partitions = bounds.partitions
        with database.appender("input_ends") as ends:
            ends.append_rows((source, part, f"{end:016d}-") for source, topic in bounds.inputs.items() for part, end in topic.items())
        with database.appender("letters") as letters:
            letters.append_rows(bounds.beyond)

    def add(self, records: Sequence[LoggedRecord]) -> None:
        """Take the next records, and count every full chunk."""
        self._waiting += records
        while len(self._waiting) >= self._chunk:
            chunk, self._waiting = self._waiting[: self._chunk], self._waiting[self._chunk :]
            self._count(chunk)

    def finish(self) -> Totals:
        """Count the rest, and make the cells."""
        chunk, self._waiting = self._waiting, []
        if chunk:
            self._count(chunk)
        self._sum_up()
        self.database.execute(steps.CELLS)
        found: dict[str, int] = dict(self.database.execute("SELECT family, facts FROM families ORDER BY family").fetchall())
        covered = {family: found.pop(family, 0) for family in families.COUNTED}
        rows = self.database.execute("SELECT repeats, later, event_time, recorded_time FROM totals").fetchall()
        repeats, later, event_time, recorded_time = rows[0] if rows else (0, 0, None, None)
        return Totals(covered, found, repeats, later, moment(event_time), moment(recorded_time))

    def findings(self) -> list[Finding]:
        """Return the problems of the records so far, the most frequent first."""
        found = [Finding(problem, records, tuple(sorted(first))) for problem, (records, first) in self._found.items()]
        return sorted(found, key=lambda finding: (-finding.records, finding.problem))

    def _count(self, records: list[LoggedRecord]) -> None:
        self.read.update(record.partition for record in records)
        self.database.execute(steps.EMPTY_CHUNK)
        with self.database.appender("chunk") as chunk:
            chunk.append_rows(self._decoded(records))
        given = {"recorded_until": self._recorded_until, "partitions": self._partitions}
        for statement in steps.CHECK:
            self.database.execute(statement, {name: value for name, value in given.items() if f"${name}" in statement})
        self._put_odd_ids_aside()
        for statement in steps.EACH_CHUNK:
            self.database.execute(statement)
        problems = self.database.execute(
            "SELECT problem, count(*), list((part, place) ORDER BY part, place)[:5] FROM checked WHERE problem IS NOT NULL GROUP BY problem"
        )
        for problem, number, first in problems.fetchall():
            self._note(problem, number, [tuple(position) for position in first])
        self._sum_up_when_grown()

    def _put_odd_ids_aside(self) -> None:
        """Find the facts that jump over inputs under the id of another position. A fact jumps where it does not follow the last that counts."""
        ((odd,),) = self.database.execute(belonging.COUNT_ODD_IDS).fetchall()
        if not odd:
            return
        heads = {(part, source): sequence for part, source, sequence in self.database.execute(belonging.LIST_HEADS).fetchall()}
        for part, place, source, sequence, is_its_own in self.database.execute(belonging.LIST_IDS).fetchall():
            last = heads.get((part, source), "")
            if not is_its_own and int(sequence[:16]) > (int(last[:16]) + 1 if last else 0):
                self.database.execute(belonging.PUT_ASIDE, {"problem": belonging.ID, "part": part, "place": place})
            else:
                heads[part, source] = max(last, sequence)

    def _decoded(self, records: list[LoggedRecord]) -> Iterator[tuple[int, int, str | None, str]]:
        for record in records:
            value = record.value
            try:
                text = value.decode() if value is not None else ""
            except UnicodeDecodeError:
                text = ""  # an empty text is no event either, and SQL finds it unreadable
            yield record.partition, record.offset, _text_of(record.key), text

    def _note(self, problem: str, records: int, first: list[Any]) -> None:
        number, known = self._found.get(problem, (0, []))
        self._found[problem] = (number + records, (known + first)[:_EXAMPLES])

    def _sum_up_when_grown(self) -> None:
        (rows,) = self.database.execute(steps.COUNT_ROWS).fetchall()
        if rows[0] > 2 * self._kept + _GROWN:
            self._sum_up()
            (rows,) = self.database.execute(steps.COUNT_ROWS).fetchall()
            self._kept = rows[0]

    def _sum_up(self) -> None:
        for statement in steps.SUM_UP:
            self.database.execute(statement)
