"""The flows that change the stock of an area, day by day."""

import numpy as np

from services.reporting.answers.counts import area_name
from services.reporting.answers.documents import AsOf, Day, Flows, china_moment
from services.reporting.counting import Flow
from services.reporting.view.areas import ROW_OF, rollup_on
from services.reporting.view.memory import FLOWS, Memory
from shared.clock import china_day

_SIGNS = np.array([1 if flow in (Flow.OPENING, Flow.NEWLY_OUT, Flow.OUT_AGAIN, Flow.MOVED_IN) else -1 for flow in FLOWS])


def flows_of(memory: Memory, code: str, first: str | None, last: str | None, as_of: AsOf) -> Flows:
    """Return an area's flows on the days from ``first`` to ``last``, both included; None sets no bound. Raises ``Problem`` for an unknown area.

    Days without a flow are left out: the stock at their end is that of the day before.
    """
    event_time = china_moment(memory.event_time)
    rollup = rollup_on(None if event_time is None else china_day(event_time))
    name = area_name(rollup, code)
    rows = rollup.rows(code) if code in rollup.areas else np.array([ROW_OF[code]])
    stock, days = 0, []
    for day in sorted(memory.flows):
        flows = memory.flows[day][rows].sum(axis=0, dtype=np.int64)
        stock += int(flows @ _SIGNS)
        if flows.any() and (first is None or day >= first) and (last is None or day <= last):
            days.append(Day(day, stock=stock, **{flow.value: n for flow, n in zip(FLOWS, flows.tolist(), strict=True)}))
    return Flows(name, first, last, days, as_of)
