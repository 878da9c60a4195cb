"""The packed timeline: what is stored must stay what it is."""

from datetime import UTC, date, datetime
from hashlib import blake2b

import pytest

from services.enrolment.domain.timeline import _CONTENTS, ENTRY, REMEMBERED, added, happening, moment_of, repeated
from shared.clock import CHINA
from shared.contracts.county import CountyStated
from shared.contracts.reports import REPORTS, Completed, CountyReported, DroppedOut
from shared.contracts.student import STUDENT_FACTS
from shared.contracts.words import Reason
from tests.domain.enrolment.children import dropped_out, enrolled, suspected
from tests.domain.enrolment.scenario import day

KINDS = {
    "listed": 1, "registered": 2, "enrolled": 3, "progressed": 4, "absent": 5, "suspected": 6, "cleared": 7, "dropped-out": 8,
    "never-enrolled": 9, "returned": 10, "on-leave": 11, "resumed": 12, "departed": 13, "arrived": 14, "moved": 15,
    "household-changed": 16, "completed": 17, "removed": 18, "voided": 19, "same-as": 20, "county-reported": 21,
}  # fmt: skip


def test_the_numbers_of_kinds_never_change() -> None:
    assert {report.TYPE.split(".")[3]: kind for kind, report, _, _ in _CONTENTS} == KINDS


def test_every_report_has_a_kind_and_shares_it_with_its_fact() -> None:
    assert [report for _, report, _, _ in _CONTENTS] == list(REPORTS)
    assert [fact for _, _, fact, _ in _CONTENTS] == [*STUDENT_FACTS, CountyStated]


def test_the_content_is_every_field_of_the_report() -> None:
    for _, report, fact, fields in _CONTENTS:
        assert fields == report.__struct_fields__
        assert set(fields) <= set(fact.__struct_fields__)


def test_an_entry_stays_byte_for_byte_what_it_was() -> None:
    moment = moment_of(datetime(2020, 6, 14, 8, tzinfo=CHINA))
    assert happening(dropped_out, moment).hex() == "47fb08" + "581e8e1f3f"
    assert blake2b(b'["work","2020-02-01"]', digest_size=5).hexdigest() == "581e8e1f3f"
    assert happening(CountyReported(31), moment).hex() == "47fb15" + blake2b(b"[31]", digest_size=5).hexdigest()
    assert happening(Completed(), moment).hex() == "47fb11" + blake2b(b"[]", digest_size=5).hexdigest()


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
