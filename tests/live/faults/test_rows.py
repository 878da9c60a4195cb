"""The matrix of faults, on real processes, a real broker and a real Redis: after each row all is exact; without the guard of the row it is not.

`make faults` runs the whole of it, `make test` a few rows at a small size. Without its guard a row always has the small size: that is enough to
fail. ``FAULTS_SEED`` chooses what is drawn.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.live.faults.matrix import ROWS
from tests.live.faults.row import Row, play
from tests.live.faults.system import Wrong

FULL = bool(os.environ.get("FAULTS_FULL"))
SEED = int(os.environ.get("FAULTS_SEED", "20200614"))

pytestmark = pytest.mark.live


def each(brief: Sequence[bool]) -> pytest.MarkDecorator:
    """Have a test run for every row, as a test of ``make faults`` alone where the row is not ``brief``."""
    params = [
        pytest.param(row, id=row.name.replace(" ", "-"), marks=() if kept else pytest.mark.faults) for row, kept in zip(ROWS, brief, strict=True)
    ]
    return pytest.mark.parametrize("row", params)


Note = Callable[[str, object], None]


@each([row.brief for row in ROWS])
async def test_all_is_exact_behind(row: Row, tmp_path: Path, record_property: Note) -> None:
    record_property("fault", {"row": row.name})
    outcome = await play(row, tmp_path, seed=SEED, full=FULL)
    record_property("fault", asdict(outcome))


@each([row.brief_without for row in ROWS])
async def test_without_its_guard_it_fails(row: Row, tmp_path: Path, record_property: Note) -> None:
    record_property("mutant", {"row": row.name})
    with pytest.raises(Wrong) as caught:
        await play(row, tmp_path, seed=SEED, full=False, without=row.without)
    record_property("mutant", {"row": row.name, "told": str(caught.value)})
