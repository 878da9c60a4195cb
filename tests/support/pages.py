"""A page of the documents, followed to the letter: its commands are typed, its files are made, its edits are applied."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.documents import ROOT, Block, blocks

COMMANDS, ANSWERS = {"sh", "python"}, {"json", "text"}
CHANGING = re.compile(r" -d |\bkill |&$|>|\bredis (flushall|set)\b", re.MULTILINE)
"""A command that changes something is typed once; one that only asks is typed again until it is answered as the page says."""
PATIENCE = 60.0
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".baoxue", ".*cache", ".hypothesis", "__pycache__", "*.egg-info", "node_modules", "build")
FILE = re.compile(r"# (\S+)\n")
"""The first line of a block that is a file: its path below the checkout, which the file itself leaves out."""


class Step(NamedTuple):
    """A command of a page, and what it is said to answer."""

    page: Path
    command: Block
    answer: Block | None

    def __str__(self) -> str:
        return f"{self.page.name}, line {self.command.line}"


def steps(page: Path) -> Iterator[Step]:
    """The commands of a page, in order."""
    found = list(blocks(page))
    after = dict(pairwise(found))
    for block in found:
        if block.kind in COMMANDS and not FILE.match(block.text):
            yield Step(page, block, answer if (answer := after.get(block)) and answer.kind in ANSWERS else None)


def is_part(said: Any, answer: Any) -> bool:
    """Whether an answer holds what a page shows of it."""
    match said, answer:
        case dict(), dict():
            return all(name in answer and is_part(value, answer[name]) for name, value in said.items())
        case list(), list():
            return len(said) == len(answer) and all(map(is_part, said, answer))
        case _:
            return bool(said == answer)


def says(answer: Block, output: str) -> bool:
    """Whether an output is what a page shows; `…` is anything."""
    if answer.kind == "json":
        try:
            return is_part(json.loads(answer.text), json.loads(output))
        except ValueError:
            return False
    wanted = (re.escape(re.sub(r" +", " ", line)).replace("…", ".*") for line in answer.text.splitlines())
    seen = [re.sub(r" +", " ", line.rstrip()) for line in output.splitlines()]
    return all(any(re.fullmatch(line, each) for each in seen) for line in wanted)


class Shell:
    """Types the commands of a page in a checkout, with other ports than the page's.

    ``ports``: the port to use by the port that the page names. ``folder`` stands for the page's /tmp, ``home`` for its .baoxue.
    """

    def __init__(
        self,
        ports: Mapping[int, int],
        folder: Path,
        *,
        checkout: Path = ROOT,
        home: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._home = home or checkout / ".baoxue"
        self._ports = {str(named): str(used) for named, used in ports.items()}
        self._folder, self._checkout = folder, checkout
        self._environment = {**os.environ, "PYTHONPATH": str(checkout), **(environment or {})}

    def follow(self, step: Step) -> None:
        """Type a command. One that only asks is typed until its answer is the page's; one that is said to answer nothing must succeed."""
        done, deadline = self.run(step.command), time.monotonic() + PATIENCE
        if step.answer is None:
            assert done.returncode == 0, f"{step}: {done.stdout}"
            return
        while not says(step.answer, done.stdout):
            assert not CHANGING.search(step.command.text), f"{step}: {done.stdout}"
            assert time.monotonic() < deadline, f"{step}: not within {PATIENCE} s; the last answer was: {done.stdout}"
            time.sleep(0.1)
            done = self.run(step.command)

    def run(self, command: Block) -> subprocess.CompletedProcess[str]:
        """Type a command once, and return how it ended; what it says on either stream is its output."""
        text = re.sub(r"\b\d{4,5}\b", lambda found: self._ports.get(found[0], found[0]), command.text)
        text = text.replace("/tmp/", f"{self._folder}/").replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        text = re.sub(r"(?<![\w.])\.baoxue/", f"{self._home}/", text)
        text = re.sub(r"^( *)make ", rf"\1make -s VENV={sys.prefix} -o {sys.prefix}/run.stamp -o {sys.prefix}/dev.stamp ", text, flags=re.MULTILINE)
        typed = [sys.executable, "-c", text] if command.kind == "python" else ["bash", "-euo", "pipefail", "-c", text]
        return subprocess.run(
            typed, cwd=self._checkout, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200, check=False
        )


def copy_checkout(folder: Path) -> Path:
    """Copy the checkout, without what is made from it, and return where the copy is."""
    return shutil.copytree(ROOT, folder, ignore=NOT_COPIED)


def make_files(checkout: Path, page: Path) -> None:
    """Make the files of a page and apply its edits, in order. Raises ``ValueError`` for an edit that does not apply."""
    for block in blocks(page):
        if block.kind == "diff":
            done = subprocess.run(
                ["git", "apply", "--recount", "-"], cwd=checkout, input=block.text, capture_output=True, text=True, timeout=60, check=False
            )
            if done.returncode:
                raise ValueError(f"{page.name}, line {block.line}: {done.stderr}")
        elif named := FILE.match(block.text):
            path = checkout / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text[named.end() :], "utf-8")
