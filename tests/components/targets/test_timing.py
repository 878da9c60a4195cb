"""How long reports took, and what takes the number from a measurement of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bench.targets.measured import NotRight
from bench.targets.processes.screens import Screen, shown
from bench.targets.timing import Logged, Sent, Shown, check, in_redis, p99, times_of

DELTAS = {0: ([3, 5], [10.2, 10.4]), 1: ([9], [10.3])}
FACTS = {"a": [Logged(0, 2, 10.1)], "b": [Logged(0, 3, 10.2)], "c": [Logged(1, 8, 10.1)]}
SENT = {child: Sent(10.0, 10.05) for child in FACTS}
DOCUMENTS = [({"0": 2, "1": 8}, 100), ({"0": 3, "1": 8}, 101), ({"0": 5, "1": 9}, 103)]
SEEN = [(10.5, 101), (11.0, 103)]
AT_REST = {"lost": 0, "behind": 0}


def test_a_fact_stands_in_redis_with_the_first_delta_that_leads_beyond_it() -> None:
    assert [in_redis(fact, DELTAS) for [fact] in FACTS.values()] == [10.2, 10.4, 10.3]
    with pytest.raises(NotRight, match="0:5 is not in Redis"):
        in_redis(Logged(0, 5, 10.0), DELTAS)


def test_a_report_is_on_the_screen_with_the_number_of_the_first_document_that_covers_it() -> None:
    times = times_of(SENT, FACTS, DELTAS, DOCUMENTS, SEEN)
    assert times.to_screen == pytest.approx([0.5, 1.0, 1.0])
    assert times.to_redis == pytest.approx([0.2, 0.4, 0.3])
    assert times.acked == pytest.approx([0.05] * 3)


def test_a_screen_that_passes_a_number_over_shows_it_with_the_next() -> None:
    assert times_of(SENT, FACTS, DELTAS, DOCUMENTS, SEEN[1:]).to_screen == pytest.approx([1.0] * 3)


def test_times_count_from_when_a_report_was_due_and_not_from_when_it_was_sent() -> None:
    late = {child: Sent(9.0, 10.05) for child in SENT}
    assert times_of(late, FACTS, DELTAS, DOCUMENTS, SEEN).to_redis == pytest.approx([1.2, 1.4, 1.3])


def test_the_99th_percentile_is_in_milliseconds() -> None:
    assert p99([n / 1000 for n in range(101)]) == pytest.approx(99.0)


@pytest.mark.parametrize(
    ("said", "facts", "seen", "why"),
    [
        ({"lost": 1, "behind": 0}, FACTS, SEEN, "1 screens were cut off"),
        ({"lost": 0, "behind": 2}, FACTS, SEEN, "2 are behind"),
        (AT_REST, {**FACTS, "b": []}, SEEN, "1 of 3 reports were not recorded once"),
        (AT_REST, {**FACTS, "b": FACTS["b"] * 2}, SEEN, "1 of 3 reports were not recorded once"),
        (AT_REST, FACTS, SEEN[:1], "the page shows 101, and 103"),
        (AT_REST, FACTS, [], "the page shows nothing new"),
    ],
)
def test_what_did_not_come_out_right_has_no_number(
    said: Mapping[str, Any], facts: Mapping[str, list[Logged]], seen: Sequence[Shown], why: str
) -> None:
    check(AT_REST, SEEN, set(SENT), FACTS, 103)
    with pytest.raises(NotRight, match=why):
        check(said, seen, set(SENT), facts, 103)


def test_a_screen_stands_where_its_last_piece_says() -> None:
    screen = Screen()
    for at in (4, 5):
        screen.data_received(b'event: heartbeat\ndata: {"as_of":{"offsets":{"0":%d,"1":9},"lag_seconds":0.1}}\n\n' % at)
    assert screen.stands_at() == b'"offsets":{"0":5,"1":9}'


def test_a_document_is_read_with_its_vector() -> None:
    event = b'event: delta\ndata: {"as_of":{"offsets":{"0":5}},"headline":{"all":{"now":103}}}\nid: x-1'
    assert shown(event) == ({"0": 5}, 103)
