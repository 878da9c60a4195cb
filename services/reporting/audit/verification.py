"""One verification: the cells of the api, the recount up to the same offsets, and the verdict."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from services.reporting.audit.comparison import Comparison, compare
from services.reporting.audit.recount import Finding, Recount, Totals, open_database
from services.reporting.audit.sources.areas import county_names, load_areas
from services.reporting.audit.sources.kafka_topic import KafkaTopic
from services.reporting.audit.sources.log import Offsets
from services.reporting.audit.sources.reporting_api import Snapshot, load

Progress = Callable[[int], object]
"""Called with the number of records that were read since the last call."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of a recount up to the snapshot's offsets. ``findings``: records that cannot be counted, or that are missing."""

    as_of: dict[str, Any]
    records: int
    totals: Totals
    comparison: Comparison
    findings: tuple[Finding, ...]
    names: dict[str, str]

    @property
    def verdict(self) -> str:
        """Return ``equal``, ``different``, or ``not sound``: equal, but not every record could be counted."""
        if not self.comparison.equal:
            return "different"
        return "not sound" if self.findings else "equal"

    def as_document(self) -> dict[str, Any]:
        """Return the verification as an object for JSON."""
        return {
            "verdict": self.verdict,
            "equal": self.comparison.equal,
            "as_of": self.as_of,
            "records": self.records,
            "facts": self.totals.facts,
            "covered": dict(self.totals.covered),
            "passed_over": dict(self.totals.passed_over),
            "repeats": self.totals.repeats,
            **asdict(self.comparison),
            "findings": [asdict(finding) for finding in self.findings],
        }


def verify(snapshot: Snapshot, topic: KafkaTopic, read: Progress) -> Verification:
    """Count the record again up to the snapshot's offsets, and compare. Raises ``TopicUnreadable`` and ``AnswerUnreadable``."""
    with open_database() as database:
        recount, totals = recount_until(Recount(database), topic, snapshot.offsets, read)
        load(database, snapshot)
        load_areas(database)
        findings = (*recount.findings(), *missing(recount, snapshot.offsets))
        return Verification(snapshot.as_of, recount.read.total(), totals, compare(database), findings, county_names(database))


def recount_until(recount: Recount, topic: KafkaTopic, offsets: Offsets, read: Progress) -> tuple[Recount, Totals]:
    """Add the records below ``offsets`` to the recount, and finish it."""
    for records in topic.read(offsets):
        recount.add(records)
        read(len(records))
    return recount, recount.finish()


def missing(recount: Recount, offsets: Offsets) -> list[Finding]:
    """Return the finding of offsets below ``offsets`` that hold no record. The record is kept for ever, so there must be none."""
    gone = {part: offset - recount.read[part] for part, offset in sorted(offsets.items()) if recount.read[part] < offset}
    return [Finding("missing", sum(gone.values()), tuple((part, 0) for part in list(gone)[:5]))] if gone else []
