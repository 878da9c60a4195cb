"""The view that answers are made from, and what was made from it so far.

``exact`` asks for the numbers of small cells too, to which a caller needs a right; without it an answer is one that anybody may have.
"""

from services.reporting.answers.counts import counts_of
from services.reporting.answers.documents import AsOf, Counts, Headline, china_moment
from services.reporting.answers.headline import Basis, headline
from services.reporting.answers.open_answers import Withheld, open_counts, open_headline, withheld_of
from services.reporting.view.board_reader import BoardReader, NotBuilt
from services.reporting.view.memory import Memory
from services.reporting.view.rolled_up import RolledUp
from shared.http.problems import Problem


class CurrentView:
    """The counts as they stand now, rolled up once for every change of the memory, and only when an answer needs them.

    Every method raises ``Problem`` where there is nothing to show yet.
    """

    def __init__(self, reader: BoardReader) -> None:
        self._reader = reader
        self._view: RolledUp | None = None
        self._counts: dict[tuple[str, bool], Counts] = {}
        self._withheld: Withheld | None = None

    def view(self) -> RolledUp:
        """Return the counts rolled up: the same object as long as they do not change."""
        memory = self._memory()
        if self._view is None or self._view.memory is not memory or self._view.version != memory.version:
            self._view, self._counts, self._withheld = RolledUp(memory), {}, None
        return self._view

    def counts(self, area: str, as_of: AsOf, *, exact: bool = False) -> Counts:
        """Return the counts of an area, made once for every view. Raises ``Problem`` for an unknown area."""
        view = self.view()
        if (counts := self._counts.get((area, exact))) is None:
            counts = counts_of(view, area, as_of)
            counts = self._counts[area, exact] = counts if exact else open_counts(counts, self._withheld_now(view))
        counts.as_of = as_of
        return counts

    def headline(self, basis: Basis, as_of: AsOf, *, exact: bool = False) -> Headline:
        """Return the three figures."""
        view = self.view()
        figures = headline(view, basis, as_of)
        return figures if exact else open_headline(figures, self._withheld_now(view))

    def frozen(self) -> Memory:
        """Return a copy of the counts for another thread to read."""
        return self._memory().frozen()

    def as_of(self) -> AsOf:
        """Return the part of the record that the counts belong to, and their age now."""
        memory = self._memory()
        offsets = {str(partition): offset for partition, offset in sorted(memory.positions.items())}
        return AsOf(offsets, china_moment(memory.event_time), china_moment(memory.recorded_time), round(self._reader.lag(), 3))

    def _withheld_now(self, view: RolledUp) -> Withheld:
        if self._withheld is None:
            self._withheld = withheld_of(view)
        return self._withheld

    def _memory(self) -> Memory:
        try:
            return self._reader.memory
        except NotBuilt as error:
            raise Problem(503, "not-built", "There are no counts to show yet", f"{error}.", headers={"Retry-After": "1"}) from error
