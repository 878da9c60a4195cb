"""How old an answer is: the seconds since its vector of offsets was known to be the whole log. Pure."""

from collections import deque
from collections.abc import Mapping

LAG = "lag"
"""What a process that is far behind the log's end lacks, by name: it works, and has a backlog."""
_MOST_PENDING = 2_000


class Freshness:
    """Looks at the log's ends from time to time, and remembers which of those looks a vector has caught up with.

    A look is only known to be reached, never guessed: while the log, Redis or the worker is unavailable, the age grows.
    """

    def __init__(self, since: float) -> None:
        """Nothing is known before ``since``, a reading of the clock by which all ages are measured."""
        self._known = since
        self.reached = False
        """Whether any look was ever reached."""
        self._pending: deque[tuple[float, Mapping[int, int]]] = deque()

    def assume(self, since: float) -> None:
        """Assume, as long as no look was reached, that the vector was whole at this earlier moment."""
        if not self.reached:
            self._known = min(since, self._known)

    def look(self, at: float, ends: Mapping[int, int]) -> None:
        """Record the log's end offsets; ``at`` is a moment before they were asked for."""
        if self._pending and self._pending[-1][1] == ends:
            self._pending[-1] = (at, ends)
        elif len(self._pending) < _MOST_PENDING:
            self._pending.append((at, ends))

    def age(self, now: float, positions: Mapping[int, int]) -> float:
        """Return the seconds since ``positions``, a vector that never goes back, was known to be the whole log."""
        while self._pending and all(positions.get(partition, 0) >= end for partition, end in self._pending[0][1].items()):
            self._known, _ = self._pending.popleft()
            self.reached = True
        return max(0.0, now - self._known)
