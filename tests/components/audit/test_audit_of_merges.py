"""A record with merges, one that was declined and one that was taken back, counts the same by the worker's fold and by SQL, and by hand."""

from collections import Counter

from services.reporting.counting.folding import fold
from shared.contracts.same_as import MERGE_FACTS
from shared.events.codec import read_event
from shared.log.event_log import LogRecord
from tests.components.audit.audit_count import counted
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment, id_in
from tests.components.reporting.counted_facts import anybody
from tests.components.reporting.written_facts import Written

ONE, OTHER, THIRD, NOBODY = id_in(0), id_in(1), id_in(2), id_in(2, 1)
COUNTY = "513431"


def day(n: int) -> str:
    return f"2020-03-{n:02d}T08:00:00+08:00"


def merged_and_parted() -> Enrolment:
    """Of three ids two dropped out. Two are merged; two others are, are parted, and are merged the other way round; one is merged with nobody."""
    enrolment = Enrolment()
    in_school = {"county": COUNTY, "school": "5134310001", "stage": "junior", "grade": 8, "poor": True}
    for n, child in enumerate((ONE, OTHER, THIRD)):
        enrolment.send(child, "enrolled", day(n + 1), in_school, id_=f"first{n}")
    for n, child in enumerate((OTHER, THIRD)):
        enrolment.send(child, "dropped-out", day(n + 5), {"reason": "work", "last_seen": "2020-03-01"}, id_=f"out{n}")
    enrolment.settle()
    reports = [
        (ONE, "same-as", {"student": NOBODY}), (ONE, "same-as", {"student": OTHER}), (ONE, "voided", {"id": "r1"}),
        (OTHER, "same-as", {"student": ONE}), (THIRD, "same-as", {"student": ONE}), (THIRD, "voided", {"id": "r4"}),
    ]  # fmt: skip
    for n, (child, what, data) in enumerate(reports):
        enrolment.send(child, what, day(10 + n), data, id_=f"r{n}")
        enrolment.settle()
    return enrolment


def test_every_step_counts_the_same_by_sql_by_the_fold_and_by_hand() -> None:
    enrolment = merged_and_parted()
    written = [Written(p, n, value) for p, each in enumerate(enrolment.partitions) for n, value in enumerate(each.record)]
    types = {read_event(record.value).type for record in written}
    declined_last = {"cn.baoxue.student.release-declined.v1"}
    assert {fact.TYPE for fact in MERGE_FACTS} - types == declined_last, "every step but that one is in the record"
    recounted = counted(written)
    assert recounted.findings == {}
    cells: Counter[str] = Counter()
    for place in range(PARTITIONS):
        changes = fold([LogRecord(record.offset, None, record.value) for record in written if record.partition == place], {}, anybody)
        assert (changes.dead, changes.repeats) == ([], 0)
        cells.update({cell.removeprefix(f"{COUNTY}:"): n for cell, n in changes.cells.items()})
    by_sql = {cell: n for cell, n in recounted.of(COUNTY).items() if not cell.startswith("flow.")}
    assert by_sql == {cell: n for cell, n in cells.items() if n}
    assert {cell: n for cell, n in by_sql.items() if cell.startswith("status.")} == {"status.dropped_out": 2}, "of three ids two are counted"
    flows = Counter[str]()
    for cell, n in recounted.of(COUNTY).items():
        if cell.startswith("flow."):
            flows[cell.rsplit(".", 1)[1]] += n
    assert flows["newly_out"] + flows["out_again"] - flows["excused"] - flows["returned"] - flows["removed"] == 2, "the flows add up to the stock"
