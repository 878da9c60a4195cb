"""One verification: what is shown, the record up to the same offsets, and the verdict."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from services.reporting.audit.comparison import Comparison, compare
from services.reporting.audit.recount import Finding, Recount, Totals, open_database
from services.reporting.audit.sources.areas import county_names, load_areas
from services.reporting.audit.sources.kafka_topic import KafkaTopic, Offsets
from services.reporting.audit.sources.reporting_api import Snapshot, load

Progress = Callable[[int], object]
"""Told how many more records have been read."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a recount up to the snapshot's offsets came to. ``findings``: records that cannot be counted, or are not there."""

    as_of: dict[str, Any]
    records: int
    totals: Totals
    comparison: Comparison
    findings: tuple[Finding, ...]
    names: dict[str, str]

    @property
    def verdict(self) -> str:
        """Give ``equal``, ``different``, or ``not sound``: equal, but of a record that cannot be counted whole."""
        if not self.comparison.equal:
            return "different"
        return "not sound" if self.findings else "equal"

    def as_document(self) -> dict[str, Any]:
        """Give it as an object for JSON."""
        return {
            "verdict": self.verdict,
            "equal": self.comparison.equal,
            "as_of": self.as_of,
            "records": self.records,
            "facts": self.totals.facts,
            "of_files": self.totals.files,
            "of_aid": self.totals.aid,
            "repeats": self.totals.repeats,
            "others": self.totals.others,
            **asdict(self.comparison),
            "findings": [asdict(finding) for finding in self.findings],
        }


def verify(snapshot: Snapshot, topic: KafkaTopic, read: Progress) -> Verification:
    """Count the record again up to the snapshot's offsets, and compare. Raises ``RecordUnreachable`` and ``ShownUnreadable``."""
    with open_database() as database:
        recount, totals = recount_until(Recount(database), topic, snapshot.offsets, read)
        load(database, snapshot)
        load_areas(database)
        findings = (*recount.findings(), *missing(recount, snapshot.offsets))
        return Verification(snapshot.as_of, recount.read.total(), totals, compare(database), findings, county_names(database))


def recount_until(recount: Recount, topic: KafkaTopic, offsets: Offsets, read: Progress) -> tuple[Recount, Totals]:
    """Feed the record below ``offsets`` to the recount, and finish it."""
    for records in topic.read(offsets):
        recount.add(records)
        read(len(records))
    return recount, recount.finish()


def missing(recount: Recount, offsets: Offsets) -> list[Finding]:
    """Give the offsets below ``offsets`` that hold no record any more: the record is kept for ever, so there must be none."""
    gone = {part: offset - recount.read[part] for part, offset in sorted(offsets.items()) if recount.read[part] < offset}
    return [Finding("missing", sum(gone.values()), tuple((part, 0) for part in list(gone)[:5]))] if gone else []
