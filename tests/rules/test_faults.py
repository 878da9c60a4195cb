"""The matrix of faults says of each row what came of it."""

import json

from docs.generate.failure_scenarios import WRITTEN
from tests.live.faults.guards import GUARDS
from tests.live.faults.matrix import ROWS
from tests.support.faults_table import said_without


def test_what_came_of_rows_is_of_rows_that_there_are() -> None:
    told = json.loads(WRITTEN.read_text("utf-8"))
    least = {row.name: row.least for row in ROWS}
    assert told.keys() <= least.keys(), "run `make faults`, or take out the row that has gone"
    assert [name for name, row in told.items() if "figures" in row and row["figures"]["injected"] < least[name]] == []


def test_every_row_has_a_mutant() -> None:
    for row in ROWS:
        assert row.without
        assert GUARDS.keys() >= set(row.without)


def test_the_table_says_plainly_what_became_of_a_mutant() -> None:
    assert said_without(None) == "not run (`make faults` does)"
    assert said_without({"row": "1"}) == "NOT CAUGHT"
    assert said_without({"row": "1", "told": "negative"}) == "failed, as it must: negative"
