"""What a measurement found, as ``measured.json`` keeps it: the page is made from nothing else."""

from pathlib import Path

import msgspec
from msgspec import Struct, field

FILE = Path(__file__).with_name("measured.json")


class Run(Struct, frozen=True):
    """One run of one contestant whose counts were right.

    ``cpu``, ``redis`` and ``broker`` are seconds of CPU from the start of its work until the last fact was counted; ``starting`` is what the
    process took before that. ``wall`` is seconds from the start of the process, ``peak`` the most memory of the process, in bytes.
    """

    contestant: str
    cpu: float
    redis: float
    broker: float
    starting: float
    wall: float
    peak: int


class NoNumber(Struct, frozen=True):
    """One run of one contestant that has no number, and why."""

    contestant: str
    why: str


class Part(Struct, frozen=True):
    """A part of the worker's work, and the samples of a profile that fell into it."""

    what: str
    samples: int


class Measured(Struct, frozen=True):
    """A whole measurement. ``order``: the contestants in the order in which they ran. ``load``: of the machine, before and after.

    ``packages``: those of each contestant, with their versions.
    """

    machine: str
    day: str
    load: tuple[float, float]
    scale: float
    passes: int
    facts: int
    cells: int
    versions: dict[str, str]
    packages: dict[str, str]
    order: list[str]
    runs: list[Run] = field(default_factory=list)
    without: list[NoNumber] = field(default_factory=list)
    profile: list[Part] = field(default_factory=list)


def load(file: Path = FILE) -> Measured:
    """Return the measurement that was kept last."""
    return msgspec.json.decode(file.read_bytes(), type=Measured)


def keep(measured: Measured, file: Path = FILE) -> None:
    """Keep a measurement in the place of the last one."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=1) + b"\n")
