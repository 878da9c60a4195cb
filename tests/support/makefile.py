"""The Makefile as make itself reads it."""

import shlex
import subprocess
from functools import cache

from tests.support.documents import ROOT


@cache
def targets() -> frozenset[str]:
    """Return the commands of the Makefile: its phony targets."""
    database = _made("--question", "--print-data-base", "help")
    return frozenset(next(line for line in database.splitlines() if line.startswith(".PHONY:")).split()[1:])


def recipe(target: str) -> list[str]:
    """Return the words of the shell commands that a target runs."""
    return shlex.split(_made("--dry-run", target))


def _made(*arguments: str) -> str:
    done = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode < 2, done.stderr
    return done.stdout
