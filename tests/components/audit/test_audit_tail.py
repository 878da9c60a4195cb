"""Events for people: one line each, the last ones, or those that a filter chooses."""

import pytest

from services.reporting.audit.console.event_lines import EventFilter, event_line, read_event, recorded_at
from services.reporting.audit.console.tail import events_between, events_from, last_events
from tests.components.audit.memory_topic import MemoryTopic
from tests.components.reporting.written_facts import CHILD, Written, case_fact, child_file, event, fact, grant, relief_fact, standing, statement

OUT = standing("dropped_out", poor=True)
DROPPED = fact("dropped-out", standing("enrolled"), OUT, 1, reason="work", last_seen="2020-02-20")


def said(value: bytes | None) -> str:
    return event_line(Written(3, 17, value), read_event(value))


def test_a_fact_says_where_it_lies_when_it_was_and_what_it_changed() -> None:
    assert said(DROPPED).split("  ")[0] == "3@17"
    for words in ("2020-03-01 12:00", " dropped-out ", CHILD, "enrolled 513431 junior -> dropped_out 513431 junior work poor", "by /provinces/51"):
        assert words in said(DROPPED)


def test_a_fact_that_found_nothing_says_so() -> None:
    assert "  - -> dropped_out 513431" in said(fact("listed", None, OUT, 1))


def test_marks_stand_at_the_end() -> None:
    assert said(fact("enrolled", OUT, OUT, 1, late=True)).endswith("  late")
    assert said(fact("enrolled", OUT, OUT, 1, unmatched=True)).endswith("  unmatched")


def test_a_fact_of_a_file_says_what_became_of_it_and_who_did_what() -> None:
    before, after = child_file("open", due="2020-03-08"), child_file("persuading", attempts=1, due="2020-03-20")
    attempted = case_fact("attempted", before, after, 1, number=1, office="/counties/513431", method="visit", outcome="promised", next=None)
    line_ = said(attempted)
    assert "case.attempted " in line_
    assert "open 513431 work due=2020-03-08 -> persuading 513431 work attempts=1 due=2020-03-20" in line_
    assert line_.split(" -> ")[1].split("  ")[0].endswith("number=1 office=/counties/513431 method=visit outcome=promised")
    opened = said(case_fact("opened", None, before, 1, fact="0000000000000001-0000"))
    assert "- -> open 513431 work due=2020-03-08  by" in opened


def test_a_fact_of_aid_says_which_grant_it_is_and_how_much() -> None:
    line_ = said(relief_fact("suspended", grant("due", boarder=True, fen=125_050), grant("suspended", boarder=True, fen=125_050), 1))
    assert "relief.suspended " in line_
    assert "due 513431 living_subsidy 2020-spring junior boarder 1,250.50 yuan -> suspended 513431" in line_
    assert line_.endswith("1,250.50 yuan  by /provinces/51")
    assert "- -> -" in said(relief_fact("lapsed", None, None, 1))


def test_what_has_no_standings_says_its_data() -> None:
    assert "county.reported " in said(statement("513431", 7, 1))
    assert "out_of_school=7" in said(statement("513431", 7, 1))
    refusal = said(event("cn.baoxue.report.refused.v1", CHILD, 1, {"code": "unknown_student", "field": "subject", "detail": "nobody said so"}))
    assert "report.refused" in refusal
    assert "code=unknown_student field=subject detail=nobody said so" in refusal
    report = said(event("cn.baoxue.reported.returned.v1", CHILD, 1, {"grade": 7, "evidence": None}, source="/provinces/51"))
    assert "reported.returned" in report
    assert "grade=7 evidence=null" in report


@pytest.mark.parametrize("value", [None, b"", b"rubbish", b"\xff", b"[1]", b"[" * 100_000])
def test_bytes_that_are_no_event_are_shown_as_such(value: bytes | None) -> None:
    assert said(value) == f"3@17         unreadable: {len(value or b'')} bytes that are no JSON object"


@pytest.mark.parametrize("data", [b"null", b"[1]", b"5", b'{"before": 5, "after": {"status": 7}}', b'{"after": {"fen": "x", "due": 5}}'])
def test_an_event_with_odd_data_still_has_its_line(data: bytes) -> None:
    assert said(b'{"type": 5, "data": ' + data + b"}").startswith("3@17")


@pytest.mark.parametrize(
    ("chosen", "taken"),
    [
        (EventFilter(), True),
        (EventFilter("dropped-out"), True),
        (EventFilter("dropped-*"), True),
        (EventFilter("cn.baoxue.student.*"), True),
        (EventFilter("returned"), False),
        (EventFilter("Dropped-out"), False),
        (EventFilter(subject=CHILD), True),
        (EventFilter(subject="513431"), False),
        (EventFilter("dropped-out", CHILD), True),
        (EventFilter("dropped-out", "513431"), False),
    ],
)
def test_events_are_chosen_by_type_and_subject(chosen: EventFilter, taken: bool) -> None:
    assert chosen.matches(read_event(DROPPED)) is taken


def test_the_version_of_a_type_is_not_asked_for() -> None:
    opened = {"type": "cn.baoxue.case.opened.v2"}
    assert EventFilter("case.opened").matches(opened)
    assert not EventFilter("case.opened.v1").matches(opened)


def test_bytes_that_are_no_event_are_shown_when_nothing_was_asked_for() -> None:
    assert (EventFilter().matches(None), EventFilter("*").matches(None), EventFilter(subject=CHILD).matches(None)) == (True, False, False)


def test_what_has_no_recorded_time_was_recorded_when_the_log_says() -> None:
    assert recorded_at(Written(0, 0, b"", timestamp=5000), None) == 5.0
    assert recorded_at(Written(0, 0, b"", timestamp=5000), {"recordedtime": "soon"}) == 5.0
    assert recorded_at(Written(0, 0, b"", timestamp=5000), {"recordedtime": "1970-01-01T08:00:07+08:00"}) == 7.0


def on(day: int, n: int, what: str = "returned") -> bytes:
    return fact(what, OUT, standing("returned"), n, time=f"2020-03-{day:02d}T08:00:00+08:00")


def test_the_last_events_are_those_recorded_last_wherever_they_lie() -> None:
    topic = MemoryTopic([on(1, 1), on(4, 2), on(6, 3)], [on(2, 1), on(3, 2), on(5, 3)], [])
    found = last_events(topic, EventFilter(), 3, topic.ends())
    assert [(record.partition, record.offset) for record, _ in found] == [(0, 1), (1, 2), (0, 2)]
    assert topic.handed == 6


def test_looking_back_reads_no_more_than_it_must() -> None:
    topic = MemoryTopic([on(1, n) for n in range(1000)])
    assert len(last_events(topic, EventFilter(), 5, topic.ends())) == 5
    assert topic.handed == 5


def test_looking_back_goes_on_until_there_are_enough_or_no_more() -> None:
    topic = MemoryTopic([on(1, 0, "removed"), *(on(2, n) for n in range(1, 1000))], [on(3, n) for n in range(500)])
    found = last_events(topic, EventFilter("removed"), 2, topic.ends())
    assert [(record.partition, record.offset) for record, _ in found] == [(0, 0)]
    assert topic.handed < 1.25 * 1500


def test_events_between_are_those_below_the_ends_from_the_partitions_named() -> None:
    topic = MemoryTopic([on(1, 1), on(4, 2), on(6, 3)], [on(2, 1)])
    found = [(record.partition, record.offset) for record, _ in events_between(topic, EventFilter(), {0: 1}, {0: 2, 1: 1})]
    assert found == [(0, 1)]


def test_events_are_followed_from_where_the_reader_stands() -> None:
    topic = MemoryTopic([on(1, 1), on(4, 2)], [on(2, 1)])
    assert [(record.partition, record.offset) for record, _ in events_from(topic, EventFilter(), {0: 1, 1: 1})] == [(0, 1)]
