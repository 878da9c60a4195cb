"""Whether the parts of a process go on: each shows so now and then, and is stalled where it has not for too long. Pure."""

from collections.abc import Iterable


class Liveness:
    """When each part last showed that it goes on. All moments are readings of one clock, in seconds."""

    def __init__(self, parts: Iterable[str], *, patience: float, since: float) -> None:
        """Take it that all parts went on at ``since``; ``patience``: seconds that one may be silent."""
        self._patience = patience
        self._last = dict.fromkeys(parts, since)

    def beat(self, part: str, at: float) -> None:
        """Take note that a part goes on. From any thread."""
        self._last[part] = at

    def stalled(self, now: float) -> list[str]:
        """Give the parts that have been silent for too long."""
        return [part for part, last in self._last.items() if now - last > self._patience]
