"""The packed timeline: what is stored must stay what it is."""

from datetime import UTC, date, datetime
from hashlib import blake2b
from zlib import crc32

import pytest

from services.enrolment.domain import county
from services.enrolment.domain.events import EVENTS, EventRow
from services.enrolment.domain.timeline import ENTRY, REMEMBERED, Seen, added, moment_of, seen
from shared.clock import CHINA
from shared.contracts.county import CountyStated
from shared.contracts.reports import REPORTS, CountyReported, DroppedOut, PlacesStated, Removed, Report
from shared.contracts.student import STUDENT_FACTS, StudentFact, StudentRemoved
from shared.contracts.words import Reason
from tests.contracts.published import golden, read
from tests.domain.enrolment.children import dropped_out, enrolled, suspected
from tests.domain.enrolment.scenario import day

ENTRIES = {
    "listed": "5e38b1f4" "505e3c0e46",
    "registered": "5e38b1f4" "b85967a63f",
    "enrolled": "5e38b1f4" "8c60a006dc",
    "progressed": "5e38b1f4" "be290d24bd",
    "absent": "5e38b1f4" "bbd4a78453",
    "suspected": "5e38b1f4" "6560b1034e",
    "cleared": "5e38b1f4" "afc63b62ce",
    "dropped-out": "5e38b1f4" "623933aaeb",
    "never-enrolled": "5e38b1f4" "fe2a39277c",
    "returned": "5e38b1f4" "db05c261ff",
    "on-leave": "5e38b1f4" "bd5885a91a",
    "resumed": "5e38b1f4" "78f84f9330",
    "departed": "5e38b1f4" "947277cc55",
    "arrived": "5e38b1f4" "2d08aa0c76",
    "moved": "5e38b1f4" "14a753f686",
    "household-changed": "5e38b1f4" "90aa854ec2",
    "completed": "5e38b1f4" "1a9bb98305",
    "removed": "5e38b1f4" "5f2d0d3a28",
    "voided": "5e38b1f4" "b32d37e73d",
    "same-as": "5e38b1f4" "1a9dee8dc9",
    "county-reported": "5e38b1f4" "93b695c860",
}  # fmt: skip
"""Who told it, and what, of every golden file: states of format 2 hold them, so the first shapes keep them as long as the format."""


def happening(word: Report | StudentFact, moment: int, *, source: str = "/provinces/51", id_: str = "r-1") -> bytes:
    row = next(row for row in EVENTS if type(word) in (row.report, row.fact, row.older))
    return row.entry(word, moment, source, id_)


@pytest.mark.parametrize("type_", [f"cn.baoxue.{of}.{word}.v1" for word in ENTRIES for of in ("reported", "student") if word != "county-reported"])
def test_the_entry_of_a_golden_file_never_changes(type_: str) -> None:
    event, data = read(type_, golden(type_))
    assert happening(data, moment_of(event.time)).hex() == ENTRIES[type_.split(".")[3]]


def test_the_entry_of_a_statement_never_changes() -> None:
    event, stated = read(CountyStated.TYPE, golden(CountyStated.TYPE))
    ledger = county.evolve(county.INITIAL, stated, at=event.time, source="/provinces/51", id="r-1")
    assert ledger.timeline.hex() == ENTRIES["county-reported"]


def test_every_event_of_a_child_has_one_row_and_a_number_of_its_own() -> None:
    assert [row.report for row in EVENTS] == [report for report in REPORTS if report not in (CountyReported, PlacesStated)]
    assert [fact for row in EVENTS for fact in (row.older, row.fact) if fact] == list(STUDENT_FACTS)
    numbers = [row.number for row in EVENTS]
    assert len({*numbers, county.NUMBER}) == len(numbers) + 1
    assert all(0 < number < 256 for number in numbers)


@pytest.mark.parametrize("row", EVENTS, ids=lambda row: row.report.TYPE)
def test_the_content_is_every_field_of_the_report_and_the_fact_repeats_it(row: EventRow) -> None:
    fields = row.report.__struct_fields__
    assert set(row.content) == set(fields)
    for fact in (row.fact, row.older):
        assert fact is None or fact.__struct_fields__[: len(fields)] == fields


def test_a_row_may_freeze_the_order_of_its_content() -> None:
    assert EventRow(250, Removed, StudentRemoved, content=("evidence", "code")).content == ("evidence", "code")


def test_an_entry_is_who_told_it_and_what() -> None:
    moment = moment_of(datetime(2020, 6, 14, 8, tzinfo=CHINA))
    told_by = crc32(b"/provinces/51 r-1").to_bytes(4, "big")
    assert happening(dropped_out, moment) == told_by + blake2b(b'[8,%d,["work","2020-02-01"]]' % moment, digest_size=5).digest()


def test_kind_moment_content_and_who_told_it_each_make_another_entry() -> None:
    moment = moment_of(day(1))
    entries = {
        happening(dropped_out, moment),
        happening(dropped_out, moment + 1),
        happening(suspected, moment),
        happening(DroppedOut(Reason.OTHER, dropped_out.last_seen), moment),
        happening(DroppedOut(dropped_out.reason, date(2020, 2, 2)), moment),
        happening(dropped_out, moment, source="/provinces/11"),
        happening(dropped_out, moment, id_="r-2"),
    }
    assert len(entries) == 7


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=CHINA), datetime.max.replace(tzinfo=UTC), datetime(1969, 12, 31, tzinfo=UTC), day(1)])
def test_a_moment_is_exact_to_the_microsecond_and_its_day_never_fails(at: datetime) -> None:
    since_china_began_1970 = at - datetime(1970, 1, 1, tzinfo=CHINA)
    assert moment_of(at) == since_china_began_1970.days * 86_400_000_000 + since_china_began_1970.seconds * 1_000_000 + at.microsecond
    assert len(happening(enrolled, moment_of(at))) == ENTRY


ONE, TWO = b"aaaaAAAAA", b"bbbbBBBBB"


def test_a_happening_is_known_under_its_id_and_under_any_other() -> None:
    assert seen(ONE + TWO, TWO) is Seen.REPEATED
    assert seen(ONE + TWO, b"xxxxBBBBB") is Seen.REPEATED
    assert seen(ONE + TWO, b"aaaaBBBBB") is Seen.REPEATED


def test_another_happening_under_a_known_id_is_a_reuse_of_the_id() -> None:
    assert seen(ONE + TWO, b"bbbbXXXXX") is Seen.REUSED


def test_a_part_of_an_entry_is_found_only_where_one_begins() -> None:
    assert seen(b"", ONE) is Seen.NEW
    assert seen(ONE + TWO, b"xxxxXXXXX") is Seen.NEW
    assert seen(b"xAAAAAyyy", b"zzzzAAAAA") is Seen.NEW
    assert seen(b"yyyyaaaay", b"aaaaZZZZZ") is Seen.NEW
    across_then_aligned = b"xAAAAAyyy" + ONE
    assert seen(across_then_aligned, b"zzzzAAAAA") is Seen.REPEATED
    assert seen(bytes(9), bytes(9)) is Seen.REPEATED


def test_the_happening_added_longest_ago_is_forgotten_first() -> None:
    timeline = b""
    for n in range(REMEMBERED + 1):
        timeline = added(timeline, bytes([n]) * 4 + bytes([n]) * 5)
    assert len(timeline) == REMEMBERED * ENTRY
    assert seen(timeline, bytes(ENTRY)) is Seen.NEW
    assert seen(timeline, b"\1" * ENTRY) is Seen.REPEATED
    assert seen(timeline, bytes([REMEMBERED]) * ENTRY) is Seen.REPEATED
