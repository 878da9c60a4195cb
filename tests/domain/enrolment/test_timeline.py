"""The packed timeline: what is stored must stay what it is."""

from datetime import UTC, date, datetime
from hashlib import blake2b

import pytest

from services.enrolment.domain import county
from services.enrolment.domain.events import EVENTS, EventRow, happening
from services.enrolment.domain.timeline import ENTRY, REMEMBERED, added, moment_of, repeated
from shared.clock import CHINA
from shared.contracts.county import CountyStated
from shared.contracts.reports import REPORTS, CountyReported, DroppedOut, Removed
from shared.contracts.student import STUDENT_FACTS, StudentRemoved
from shared.contracts.words import Reason
from tests.contracts.published import golden, read
from tests.domain.enrolment.children import dropped_out, enrolled, suspected
from tests.domain.enrolment.scenario import day

ENTRIES = {
    "listed": "47fb" "01" "bdf9190813",
    "registered": "47fb" "02" "eba58509e6",
    "enrolled": "47fb" "03" "0e39aa4681",
    "progressed": "47fb" "04" "2e458f3079",
    "absent": "47fb" "05" "f903b2d929",
    "suspected": "47fb" "06" "c327da964d",
    "cleared": "47fb" "07" "75d8610e41",
    "dropped-out": "47fb" "08" "a88d04cba1",
    "never-enrolled": "47fb" "09" "2c1145a228",
    "returned": "47fb" "0a" "2a173000d2",
    "on-leave": "47fb" "0b" "94f80cd926",
    "resumed": "47fb" "0c" "2e458f3079",
    "departed": "47fb" "0d" "4b65a686b2",
    "arrived": "47fb" "0e" "0488d7fb48",
    "moved": "47fb" "0f" "4b65a686b2",
    "household-changed": "47fb" "10" "e36ff337ae",
    "completed": "47fb" "11" "468231a8fc",
    "removed": "47fb" "12" "01a3979d7f",
    "voided": "47fb" "13" "bad63e84bb",
    "same-as": "47fb" "14" "09116771d5",
    "county-reported": "47fb" "15" "708b662cbe",
}  # fmt: skip
"""Day, kind and digest of every golden file, as they were before the kinds stood in rows: the first shapes keep them for ever."""


@pytest.mark.parametrize("type_", [f"cn.baoxue.{of}.{word}.v1" for word in ENTRIES for of in ("reported", "student") if word != "county-reported"])
def test_the_entry_of_a_golden_file_never_changes(type_: str) -> None:
    event, data = read(type_, golden(type_))
    assert happening(data, moment_of(event.time)).hex() == ENTRIES[type_.split(".")[3]]


def test_the_entry_of_a_statement_never_changes() -> None:
    event, stated = read(CountyStated.TYPE, golden(CountyStated.TYPE))
    assert county.evolve(county.INITIAL, stated, at=event.time).timeline.hex() == ENTRIES["county-reported"]


def test_every_event_of_a_child_has_one_row_and_a_number_of_its_own() -> None:
    assert [row.report for row in EVENTS] == [report for report in REPORTS if report is not CountyReported]
    assert [row.fact for row in EVENTS] == list(STUDENT_FACTS)
    numbers = [row.number for row in EVENTS]
    assert len({*numbers, county.NUMBER}) == len(numbers) + 1
    assert all(0 < number < 256 for number in numbers)


@pytest.mark.parametrize("row", EVENTS, ids=lambda row: row.report.TYPE)
def test_the_content_is_every_field_of_the_report_and_the_fact_repeats_it(row: EventRow) -> None:
    assert set(row.content) == set(row.report.__struct_fields__) <= set(row.fact.__struct_fields__)


def test_a_row_may_freeze_the_order_of_its_content() -> None:
    assert EventRow(250, Removed, StudentRemoved, content=("evidence", "code")).content == ("evidence", "code")


def test_the_digest_is_that_of_the_content_as_json() -> None:
    assert happening(dropped_out, moment_of(datetime(2020, 6, 14, 8, tzinfo=CHINA))).hex() == "47fb08" + "581e8e1f3f"
    assert blake2b(b'["work","2020-02-01"]', digest_size=5).hexdigest() == "581e8e1f3f"


def test_the_day_is_that_of_china() -> None:
    late_evening, morning = datetime(2020, 6, 13, 23, 59, tzinfo=CHINA), datetime(2020, 6, 13, 16, tzinfo=UTC)
    assert happening(enrolled, moment_of(late_evening))[:2] != happening(enrolled, moment_of(morning))[:2]
    assert happening(enrolled, moment_of(morning))[:2] == happening(enrolled, moment_of(day(1).replace(month=6, day=14)))[:2]


def test_kind_day_and_content_each_make_another_happening() -> None:
    entries = {
        happening(dropped_out, moment_of(day(1))),
        happening(dropped_out, moment_of(day(2))),
        happening(suspected, moment_of(day(1))),
        happening(DroppedOut(Reason.OTHER, dropped_out.last_seen), moment_of(day(1))),
        happening(DroppedOut(dropped_out.reason, date(2020, 2, 2)), moment_of(day(1))),
    }
    assert len(entries) == 5


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=CHINA), datetime.max.replace(tzinfo=UTC), datetime(1969, 12, 31, tzinfo=UTC), day(1)])
def test_a_moment_is_exact_to_the_microsecond_and_its_day_never_fails(at: datetime) -> None:
    since_china_began_1970 = at - datetime(1970, 1, 1, tzinfo=CHINA)
    assert moment_of(at) == since_china_began_1970.days * 86_400_000_000 + since_china_began_1970.seconds * 1_000_000 + at.microsecond
    assert len(happening(enrolled, moment_of(at))) == ENTRY


def test_an_entry_is_found_only_where_one_begins() -> None:
    timeline = bytes(range(24))
    assert repeated(timeline, bytes(range(8, 16)))
    assert not repeated(timeline, bytes(range(4, 12)))
    assert not repeated(timeline, bytes(range(1, 9)))
    across_then_aligned = bytes(4) + b"\1" * 8 + bytes(4) + b"\1" * 8
    assert repeated(across_then_aligned, b"\1" * 8)
    assert repeated(bytes(8), bytes(8))
    assert not repeated(b"", bytes(8))


def test_the_happening_added_longest_ago_is_forgotten_first() -> None:
    timeline = b""
    for n in range(REMEMBERED + 1):
        timeline = added(timeline, n.to_bytes(ENTRY, "big"))
    assert len(timeline) == REMEMBERED * ENTRY
    assert not repeated(timeline, (0).to_bytes(ENTRY, "big"))
    assert repeated(timeline, (1).to_bytes(ENTRY, "big"))
    assert repeated(timeline, REMEMBERED.to_bytes(ENTRY, "big"))
