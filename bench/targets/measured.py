"""What was found of each figure, as ``measured.json`` keeps it: the part of the page on targets is made from nothing else."""

from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct, field

FILE = Path(__file__).with_name("measured.json")


class NotRight(Exception):
    """What was measured did not come out right, so it has no number. The message says what was wrong."""


class Value(Struct, frozen=True):
    """One number of a figure, once for each round. The median is held against the target; without a target it is given for comparison."""

    what: str
    unit: str
    rounds: list[float]
    at_most: float | None = None
    at_least: float | None = None

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def met(self) -> bool | None:
        """Return whether the target is met, None where there is none."""
        if self.at_most is None and self.at_least is None:
            return None
        return (self.at_most is None or self.median <= self.at_most) and (self.at_least is None or self.median >= self.at_least)


class Line(Struct, frozen=True):
    """A place in the code where a process spent its CPU, and the share of its samples that fell there."""

    where: str
    share: float


class Figure(Struct, frozen=True):
    """A figure as it was measured last. ``size``: of what; ``load``: of the machine, before and after; ``why``: why it has no number."""

    name: str
    day: str
    load: tuple[float, float]
    machine: str
    size: str = ""
    values: list[Value] = field(default_factory=list)
    profile: list[Line] = field(default_factory=list)
    why: str = ""


class Found(Struct, frozen=True):
    """What measuring a figure comes to."""

    size: str
    values: list[Value]
    profile: list[Line] = field(default_factory=list)


def load(file: Path = FILE) -> dict[str, Figure]:
    """Return the figures by name, each as it was measured last; none where nothing was."""
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Figure]) if file.exists() else {}


def keep(figure: Figure, file: Path = FILE) -> None:
    """Keep a figure in the place of the last of its name."""
    figures = load(file) | {figure.name: figure}
    file.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(figures.items()))), indent=1) + b"\n")
