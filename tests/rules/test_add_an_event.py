"""The page on adding an event, followed to the letter: in a copy of the checkout, its four edits make a whole event."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.config import ROOT
from tests.support.documents import blocks
from tests.support.pages import copy_checkout, make_files

PAGE = ROOT / "docs" / "how-to" / "add-an-event.md"
EDITS = [block for block in blocks(PAGE) if block.kind == "diff"]
MOST_FILES = 4
HOW_IT_IS_DONE = {"make golden docs": ["tests.contracts.golden_files", "docs.generate"]}
WORD = "readmitted"
CONCERNED = [
    "tests/contracts/test_golden_files.py",
    "tests/domain/enrolment/test_table.py",
    "tests/domain/enrolment/test_timeline.py",
]


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def test_an_event_takes_at_most_four_hand_written_files() -> None:
    touched = re.findall(r"^\+\+\+ b/(\S+)$", "".join(block.text for block in EDITS), re.MULTILINE)
    assert 0 < len(touched) <= MOST_FILES
    assert all((ROOT / name).is_file() for name in touched)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy_checkout(tmp_path / "checkout")


def test_the_page_makes_a_whole_event(checkout: Path) -> None:
    before = {path.name: path.read_bytes() for path in (checkout / "tests" / "contracts" / "golden").iterdir()}
    make_files(checkout, PAGE)
    commands = [line for block in blocks(PAGE) if block.kind == "sh" for line in block.text.splitlines()]
    assert commands == [*HOW_IT_IS_DONE, "make check"]
    for module in HOW_IT_IS_DONE[commands[0]]:
        run(checkout, sys.executable, "-m", module)
    after = {path.name: path.read_bytes() for path in (checkout / "tests" / "contracts" / "golden").iterdir()}
    assert after.keys() - before.keys() == {f"cn.baoxue.{of}.{WORD}.v1.json" for of in ("reported", "student")}
    assert all(after[name].startswith(text) for name, text in before.items())
    assert f"cn.baoxue.student.{WORD}.v1,student" in (checkout / "services/reporting/audit/definition/types.csv").read_text("ascii")
    run(checkout, sys.executable, "-m", "docs.generate", "--check")
    told = run(checkout, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", f"{WORD} or page or row or number", *CONCERNED)
    assert re.search(r"^\d\d+ passed", told, re.MULTILINE), told
