"""The page of performance is of the contestants and the figures that there are, each with its file."""

from __future__ import annotations

import re
from pathlib import Path

from bench.side_by_side.catalogue import COUNTING, DECIDING
from bench.side_by_side.measured import load
from bench.targets import figures
from bench.targets.catalogue import TARGETS
from bench.targets.measured import load as load_targets
from deploy.local.config import ROOT

PAGE = ROOT / "docs" / "reference" / "performance.md"


def test_the_page_names_every_contestant_and_no_other() -> None:
    named = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert named == [*COUNTING, *COUNTING, *DECIDING, *DECIDING]


def test_the_last_measurement_was_of_all_of_them_there_and_back() -> None:
    measured = load()
    for found, contestants in ((measured.counting, COUNTING), (measured.deciding, DECIDING)):
        assert found is not None
        assert set(found.order) == contestants.keys()
        assert found.order == found.order[::-1]


def test_the_page_has_a_section_for_every_figure_and_each_was_measured() -> None:
    sections = re.findall(r"^### (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [each for each in sections if each in {target.what for target in TARGETS.values()}] == [target.what for target in TARGETS.values()]
    assert load_targets().keys() <= TARGETS.keys()


def test_every_file_of_a_figure_is_in_the_catalogue() -> None:
    files = {each.stem for each in Path(figures.__path__[0]).glob("*.py") if "def measure(" in each.read_text("utf-8")}
    assert files == {target.measure.__module__.rpartition(".")[2] for target in TARGETS.values()} == TARGETS.keys()
