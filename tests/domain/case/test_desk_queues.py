"""Queues: every file that is listed stands in exactly one of them, whatever its state and its due day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.case.desk.queues import Queue, bounds, escalated_to, feeds, range_of
from services.case.domain.stored_numbers import NO_DAY, pack_day
from shared.contracts.case_codes import CaseStanding, CaseState, Urgency

TODAY = date(2020, 6, 14)


TELLING = {Queue.SOON, Queue.ESCALATED}
"""The queues of what was told of a file. It stands in one of the others, too."""


@settings(deadline=None)
@given(st.sampled_from(CaseState), st.integers(-400, 400))
def test_each_file_waits_in_one_queue_and_is_counted_there(state: CaseState, days: int) -> None:
    key = NO_DAY if state is CaseState.CLOSED else pack_day(TODAY + timedelta(days))
    ranges = {queue: range_of(queue, TODAY) for queue in Queue}
    within = [queue for queue, each in ranges.items() if state in each.states and key >= each.not_below and (each.below is None or key < each.below)]
    before, beyond = bounds(TODAY)
    part = (key >= before) + (key >= beyond)
    assert within == [queue for queue, n in feeds(TODAY)[state] if n == part]
    # All that are out of school stand together besides: the ledger.
    assert (Queue.ALL in within) is (state in {CaseState.OPEN, CaseState.PERSUADING})
    (waits,) = (queue for queue in within if queue is not Queue.ALL)
    assert waits not in TELLING


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("office", ["/counties/513431", "/prefectures/513400", "/provinces/51", "/nation"])
def test_what_was_told_of_a_file_brings_it_before_those_whom_it_concerns(urgency: Urgency, office: str) -> None:
    escalated = escalated_to(office)
    now = CaseStanding(CaseState.OPEN, "513431", None, 0, TODAY, urgency)
    found = {queue for queue in TELLING if range_of(queue, TODAY, escalated).has(now)}
    told = feeds(TODAY, escalated).get(urgency, ())
    assert all(told.count((queue, n)) == 1 for queue in found for n in range(3)), "it is counted once, by whatever day it stands there"
    assert found == {queue for queue, _ in told}
    far = office in ("/provinces/51", "/nation")
    escalates = urgency is Urgency.PROVINCE or (urgency is Urgency.PREFECTURE and not far)
    assert found == ({Queue.SOON} if urgency is Urgency.DUE_SOON else {Queue.ESCALATED} if escalates else set())
