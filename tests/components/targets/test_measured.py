"""What is kept of figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.targets.measured import Value, keep, load
from tests.components.targets.figures import figure


def test_a_figure_takes_the_place_of_the_last_of_its_name_alone(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    assert load(file) == {}
    old, new, other = (figure(name, Value("a line", "us", [n])) for name, n in (("intake", 4.0), ("intake", 3.0), ("idle", 0.3)))
    for each in (old, other, new):
        keep(each, file)
    assert load(file) == {"intake": new, "idle": other}


@pytest.mark.parametrize(
    ("value", "met"),
    [
        (Value("", "", [1.0, 9.0, 2.0], at_most=2.0), True),
        (Value("", "", [1.0, 9.0, 3.0], at_most=2.0), False),
        (Value("", "", [0.5], at_least=0.6), False),
        (Value("", "", [0.6], at_least=0.6), True),
        (Value("", "", [7.0]), None),
    ],
)
def test_a_target_is_met_by_the_median(value: Value, met: bool | None) -> None:
    assert value.met is met
