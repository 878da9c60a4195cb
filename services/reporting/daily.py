"""What moves the stock of an area, day by day, and every number of the memory at once for auditors."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec
import numpy as np

from services.reporting.answers import area_name
from services.reporting.areas import ROW_OF, rollup_on
from services.reporting.counts import CELLS, OPENING_POOR_CELL, Flow
from services.reporting.documents import AsOf, Day, Flows, china_moment
from services.reporting.memory import FLOWS, NEVER, Memory
from shared.clock import china_day

_SIGNS = np.array([1 if flow in (Flow.OPENING, Flow.NEWLY_OUT, Flow.OUT_AGAIN, Flow.MOVED_IN) else -1 for flow in FLOWS])
_encode = msgspec.json.Encoder().encode


def flows_of(memory: Memory, code: str, first: str | None, last: str | None, as_of: AsOf) -> Flows:
    """Give an area's flows on the days from ``first`` to ``last``, both included, None for no end. Raises ``Problem`` for an unknown area.

    Days without any are left out: the stock at their end is that of the day before.
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


def cells_of(memory: Memory, as_of: AsOf) -> Iterator[bytes]:
    """Give every number as lines of JSON: the offsets they belong to, then one line for each county code as the record has it.

    Zeros are left out, negative numbers shown. ``claimed`` is what the county stated itself, newest in time; ``due`` counts the files not closed by
    the day on which their next step is due.
    """
    yield _encode({"as_of": as_of}) + b"\n"
    flows, due = _flows_by_row(memory), _due_by_row(memory)
    for row in np.argsort(memory.codes):
        code, reported = memory.codes[row], int(memory.reported[row])
        cells = {cell: n for cell, n in zip(CELLS, memory.cells[row].tolist(), strict=True) if n and cell != OPENING_POOR_CELL}
        if cells or row in flows or row in due or reported != NEVER:
            claim = memory.claimed.get(code)
            yield (
                _encode(
                    {
                        "county": code,
                        "reported": china_moment(None if reported == NEVER else reported),
                        "claimed": None if claim is None else claim[1],
                        "cells": cells,
                        "flows": flows.get(row, {}),
                        "due": due.get(row, {}),
                    }
                )
                + b"\n"
            )


def _flows_by_row(memory: Memory) -> dict[int, dict[str, dict[str, int]]]:
    found: defaultdict[int, dict[str, dict[str, int]]] = defaultdict(dict)
    for day in sorted(memory.flows):
        flows = memory.flows[day]
        rows, columns = flows.nonzero()
        for row, column, n in zip(rows.tolist(), columns.tolist(), flows[rows, columns].tolist(), strict=True):
            found[row].setdefault(day, {})[FLOWS[column]] = n
    return found


def _due_by_row(memory: Memory) -> dict[int, dict[str, int]]:
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for day in sorted(memory.due):
        due = memory.due[day]
        (rows,) = due.nonzero()
        for row, n in zip(rows.tolist(), due[rows].tolist(), strict=True):
            found[row][day] = n
    return found
