"""One body's worth of lines, as they are checked: what to log, what was refused, and where each line went. Pure."""

from collections import Counter
from collections.abc import Container, Iterable
from datetime import datetime

from services.enrolment.intake.line_checker import Accepted, LineChecker, Refused
from services.enrolment.intake.receipts import BLANK, REFUSED, LineError, RefusedLine
from services.enrolment.intake.report_rules import TimeBounds
from shared.log.partitioner import partition_of, partitions_of

_STUDENT_KEY = 32
_EXPLAINED = 1_000
"""Refused lines of a body of which all errors are told; of those beyond only the first is, so that the answer stays in proportion to the body."""


class Batch:
    """Lines in the order of the body, numbered from 1; blank ones are numbered too, and nothing else comes of them."""

    def __init__(self, batch_id: str, *, received_at: datetime, sources: Container[str], partitions: int) -> None:
        """Start empty. ``received_at``: the time of receipt of every line; ``sources``: in whose name the caller may report."""
        self.id, self._bounds, self._sources, self._partitions = batch_id, TimeBounds.at(received_at), sources, partitions
        self.records: dict[int, list[tuple[bytes, bytes]]] = {}
        self.refused: list[RefusedLine] = []
        self.where = bytearray()
        """A byte for each line, as receipts want it."""

    @property
    def received(self) -> int:
        """The lines that are not blank."""
        return self.logged + len(self.refused)

    @property
    def logged(self) -> int:
        """The lines that go into the log."""
        return sum(map(len, self.records.values()))

    def refusals_by_code(self) -> Counter[str]:
        """Count the refused."""
        return Counter(line.code for line in self.refused)

    def add(self, lines: Iterable[bytes], checker: LineChecker) -> None:
        """Check the next lines of the body."""
        accepted: list[tuple[bytes, bytes]] = []
        places: list[int] = []
        for number, line in enumerate(lines, len(self.where) + 1):
            if not line:
                self.where.append(BLANK)
                continue
            verdict = checker.check(line, self._bounds, self._sources)
            if isinstance(verdict, Accepted):
                self.where.append(0)
                places.append(number - 1)
                accepted.append((verdict.key, verdict.value))
            else:
                self.where.append(REFUSED)
                self.refused.append(self._refused_line(number, verdict))
        for place, partition, record in zip(places, self._spread([key for key, _ in accepted]), accepted, strict=True):
            self.where[place] = partition
            self.records.setdefault(partition, []).append(record)

    def _refused_line(self, number: int, verdict: Refused) -> RefusedLine:
        errors = tuple(LineError(*fault) for fault in verdict.faults)
        several = errors if len(errors) > 1 and len(self.refused) < _EXPLAINED else ()
        return RefusedLine(number, verdict.id, *verdict.first, errors=several)

    def _spread(self, keys: list[bytes]) -> list[int]:
        """Return each key's partition: the students' all at once, the few counties' one by one."""
        students = iter(partitions_of([key for key in keys if len(key) == _STUDENT_KEY], self._partitions))
        return [next(students) if len(key) == _STUDENT_KEY else partition_of(key, self._partitions) for key in keys]
