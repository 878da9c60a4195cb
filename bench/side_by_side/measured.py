"""What a measurement found, as ``measured.json`` keeps it: the page is made from nothing else."""

from pathlib import Path

import msgspec
from msgspec import Struct, field

FILE = Path(__file__).with_name("measured.json")


class Run(Struct, frozen=True):
    """One run of one contestant whose result was right.

    ``cpu``, ``redis`` and ``broker`` are seconds of CPU for these ``inputs``, the last that it did; ``starting`` is what the process took before
    that. ``wall`` is seconds from the start of the process, ``peak`` the most memory of the process, in bytes.
    """

    contestant: str
    inputs: int
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


class Found(Struct, frozen=True):
    """What was found of one job. ``inputs``: all that there were; ``results``: what was compared. ``order``: the contestants, as they ran.

    ``scale``: of the demo's history. ``load``: of the machine, before and after. ``packages``: those of each contestant, with their versions.
    """

    scale: float
    load: tuple[float, float]
    inputs: int
    results: int
    order: list[str]
    packages: dict[str, str]
    runs: list[Run] = field(default_factory=list)
    without: list[NoNumber] = field(default_factory=list)
    profile: list[Part] = field(default_factory=list)


class Measured(Struct, frozen=True):
    """A whole measurement."""

    machine: str
    day: str
    versions: dict[str, str]
    counting: Found | None = None
    deciding: Found | None = None


def load(file: Path = FILE) -> Measured:
    """Return the measurement that was kept last."""
    return msgspec.json.decode(file.read_bytes(), type=Measured)


def keep(measured: Measured, file: Path = FILE) -> None:
    """Keep a measurement in the place of the last one."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=1) + b"\n")
