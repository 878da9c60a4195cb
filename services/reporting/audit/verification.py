"""One verification: the cells of the api, the recount up to the same offsets, and the verdict.

What the record held when the verification began has to be counted: a verification of less is never equal.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.reporting.audit.comparison import Comparison, compare
from services.reporting.audit.recount import Finding, Recount, Totals, open_database
from services.reporting.audit.sources.areas import county_names, load_areas
from services.reporting.audit.sources.kafka_topic import KafkaTopic
from services.reporting.audit.sources.log import Bounds, Offsets
from services.reporting.audit.sources.reporting_api import Snapshot, load

Progress = Callable[[int], object]
"""Called with the number of records that were read since the last call."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of a recount up to the snapshot's offsets.

    ``findings``: records that cannot be counted, or that are missing. ``further``: offsets that the record had beyond the snapshot's when the
    verification began. ``without_record``: offsets that hold no record.
    """

    as_of: dict[str, Any]
    records: int
    totals: Totals
    comparison: Comparison
    findings: tuple[Finding, ...]
    names: dict[str, str]
    further: int
    without_record: int

    @property
    def verdict(self) -> str:
        """Return ``different``, ``equal``, or of equal cells ``not sound`` if a record cannot be counted, ``behind`` if some are not counted yet."""
        if not self.comparison.equal:
            return "different"
        if self.findings:
            return "not sound"
        return "behind" if self.further else "equal"

    def as_document(self) -> dict[str, Any]:
        """Return the verification as an object for JSON."""
        return {
            "verdict": self.verdict,
            "equal": self.comparison.equal and not self.further,
            "further": self.further,
            "without_record": self.without_record,
            "as_of": self.as_of,
            "records": self.records,
            "facts": self.totals.facts,
            "covered": dict(self.totals.covered),
            "passed_over": dict(self.totals.passed_over),
            "repeats": self.totals.repeats,
            **asdict(self.comparison),
            "findings": [asdict(finding) for finding in self.findings],
        }


def further(counted: Mapping[int, int], written: Offsets) -> int:
    """Return the number of offsets that the record has beyond those counted."""
    return sum(max(0, end - counted.get(part, 0)) for part, end in written.items())


def verify(snapshot: Snapshot, topic: KafkaTopic, bounds: Bounds, written: Offsets, read: Progress) -> Verification:
    """Count the record again up to the snapshot's offsets, and compare. Raises ``TopicUnreadable`` and ``AnswerUnreadable``.

    ``bounds``: what there was beside the record when the snapshot was known. ``written``: as far as the record went when the verification began.
    """
    begins = topic.begins()
    with open_database() as database:
        recount, totals = recount_until(Recount(database, bounds=bounds), topic, snapshot.offsets, read)
        load(database, snapshot)
        load_areas(database)
        gone = missing(begins, snapshot.offsets)
        return Verification(
            snapshot.as_of,
            recount.read.total(),
            totals,
            compare(database),
            (*recount.findings(), *gone),
            county_names(database),
            further(snapshot.offsets, written),
            sum(snapshot.offsets.values()) - recount.read.total() - sum(finding.records for finding in gone),
        )


def recount_until(recount: Recount, topic: KafkaTopic, offsets: Offsets, read: Progress) -> tuple[Recount, Totals]:
    """Add the records below ``offsets`` to the recount, and finish it."""
    for records in topic.read(offsets):
        recount.add(records)
        read(len(records))
    return recount, recount.finish()


def missing(begins: Offsets, offsets: Offsets) -> list[Finding]:
    """Return the finding of offsets below ``offsets`` that the broker no longer holds. The record is kept for ever, so there must be none."""
    gone = {part: min(begins[part], offset) for part, offset in sorted(offsets.items()) if begins.get(part) and offset}
    return [Finding("missing", sum(gone.values()), tuple((part, 0) for part in list(gone)[:5]))] if gone else []
