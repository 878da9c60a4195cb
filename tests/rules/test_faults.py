"""The matrix of faults has a mutant for each row, and says what became of it."""

from tests.live.faults.guards import GUARDS
from tests.live.faults.matrix import ROWS
from tests.support.faults_table import said_without


def test_every_row_has_a_mutant() -> None:
    for row in ROWS:
        assert row.without
        assert GUARDS.keys() >= set(row.without)


def test_the_table_says_plainly_what_became_of_a_mutant() -> None:
    assert said_without(None) == "not run (`make faults` does)"
    assert said_without({"row": "1"}) == "NOT CAUGHT"
    assert said_without({"row": "1", "told": "negative"}) == "failed, as it must: negative"
