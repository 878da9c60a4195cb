"""The view that answers are made from."""

from services.reporting.answers.counts import View
from services.reporting.answers.documents import AsOf, china_moment
from services.reporting.view.board_reader import Following, NotBuilt
from services.reporting.view.memory import Memory
from shared.http.problems import Problem


class Showing:
    """The view that answers are made from: rolled up once for every change of the memory, and only when asked for.

    Everything here raises ``Problem`` where there is nothing to show yet.
    """

    def __init__(self, following: Following) -> None:
        """Know what is followed."""
        self._following = following
        self._view: View | None = None

    def view(self) -> View:
        """Give the counts rolled up; the same object as long as they do not change."""
        memory = self._memory()
        if self._view is None or self._view.memory is not memory or self._view.version != memory.version:
            self._view = View(memory)
        return self._view

    def frozen(self) -> Memory:
        """Give the counts to be read elsewhere."""
        return self._memory().frozen()

    def as_of(self) -> AsOf:
        """Tell which part of the record they belong to, and how old that is now."""
        memory = self._memory()
        offsets = {str(partition): offset for partition, offset in sorted(memory.positions.items())}
        return AsOf(offsets, china_moment(memory.event_time), china_moment(memory.recorded_time), round(self._following.lag(), 3))

    def _memory(self) -> Memory:
        try:
            return self._following.memory
        except NotBuilt as error:
            raise Problem(503, "not-built", "There are no counts to show yet", f"{error}.", headers={"Retry-After": "1"}) from error
