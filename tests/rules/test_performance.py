"""The page of performance is of the contestants that there are, each with its file."""

from __future__ import annotations

import re

from bench.side_by_side.catalogue import CONTESTANTS
from bench.side_by_side.measured import load
from deploy.local.config import ROOT

PAGE = ROOT / "docs" / "reference" / "performance.md"


def test_the_page_names_every_contestant_and_no_other() -> None:
    named = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(named) == CONTESTANTS.keys()


def test_the_last_measurement_was_of_all_of_them_there_and_back() -> None:
    order = load().order
    assert set(order) == CONTESTANTS.keys()
    assert order == order[::-1]
