"""Whether the parts of a process go on: each part marks its progress, and is stalled after too long without a mark. Pure."""

from collections.abc import Iterable


class Liveness:
    """When each part last marked its progress. All moments are readings of one clock, in seconds."""

    def __init__(self, parts: Iterable[str], *, patience: float, since: float) -> None:
        """Take ``since`` for the first mark of every part; a part is stalled after ``patience`` seconds without one."""
        self._patience = patience
        self._last = dict.fromkeys(parts, since)

    def mark(self, part: str, at: float) -> None:
        """Record that a part goes on. May be called from any thread."""
        self._last[part] = at

    def stalled(self, now: float) -> list[str]:
        """Return the parts whose last mark is older than the patience."""
        return [part for part, last in self._last.items() if now - last > self._patience]
