"""What the doctor says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing looked at: what was seen, and, where it is wrong, the command or change that mends it."""

    about: str
    seen: str
    mend: str | None = None
