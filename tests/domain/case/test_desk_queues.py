"""Queues: every file that is listed stands in exactly one of them, whatever its state and its due day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.case.desk.queues import Queue, bounds, counts_by_queue, range_of
from services.case.domain.packed import NO_DAY, day_key
from shared.contracts.case_codes import CaseState

TODAY = date(2020, 6, 14)


@given(st.sampled_from(CaseState), st.integers(-400, 400))
def test_each_file_waits_in_one_queue_and_is_counted_there(state: CaseState, days: int) -> None:
    key = NO_DAY if state is CaseState.CLOSED else day_key(TODAY + timedelta(days))
    ranges = {queue: range_of(queue, TODAY) for queue in Queue}
    within = [queue for queue, (states, low, high, _) in ranges.items() if state in states and key >= low and (high is None or key < high)]
    before, beyond = bounds(TODAY)
    ranged = (int(key < before), int(before <= key < beyond), int(key >= beyond))
    assert within == [queue for queue, number in counts_by_queue({state: ranged}).items() if number]
    assert len(within) == 1
