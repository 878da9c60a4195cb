"""A finding of the doctor."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing that was examined: what was seen, and, where it is wrong, the command or change that mends it."""

    about: str
    seen: str
    mend: str | None = None
