"""Every number of the memory at one instant, for auditors: one line for each county."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec
import numpy as np

from services.reporting.answers.documents import AsOf, china_moment
from services.reporting.counting import CELLS, OPENING_POOR_CELL
from services.reporting.view.memory import FLOWS, NEVER, Memory

_encode = msgspec.json.Encoder().encode


def cells_of(memory: Memory, as_of: AsOf) -> Iterator[bytes]:
    """Yield lines of JSON: first the offsets that the numbers belong to, then one line for each county code of the record.

    Zeros are left out, negative numbers are shown. ``claimed`` is the number of the county's newest statement. ``due`` counts the files not
    closed by the day on which their next step is due.
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
