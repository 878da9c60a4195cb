"""Shows the progress of the play: live on a terminal, a line every few seconds anywhere else."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.text import Text

from deploy.demo.playing.record import ShownFigures
from shared import clock

_PLAIN_EVERY = 5.0
_RATE_OVER = 5.0
"""Seconds over which events/s are averaged."""


class View(NamedTuple):
    """The progress of a play. ``waiting``: what does not answer now and why, "" if everything answers."""

    sent: int
    about: int
    facts: int
    day: date | None
    figures: ShownFigures | None
    waiting: str


class Screen:
    """Draws views on a terminal, and prints them as lines anywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._past: deque[tuple[float, int]] = deque()
        self._printed = 0.0
        self._progress = Progress(BarColumn(None), MofNCompleteColumn(), "reports sent", TimeElapsedColumn(), console=console)
        self._task = self._progress.add_task("", total=None)
        self._live: Live | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Reserve the last lines of the terminal for the drawing."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, refresh_per_second=8, transient=True) as self._live:
            yield
        self._live = None

    def draw(self, view: View) -> None:
        """Draw a view. Callers draw several times a second."""
        now = clock.seconds()
        self._past.append((now, view.facts))
        while now - self._past[0][0] > _RATE_OVER and len(self._past) > 2:
            self._past.popleft()
        (then, before) = self._past[0]
        seconds = now - then
        rate = (view.facts - before) / seconds if seconds else 0.0
        if self._live is not None:
            self._progress.update(self._task, completed=view.sent, total=max(view.about, view.sent))
            self._live.update(Group(self._progress, Text("  ".join(_said(view, rate)))))
        elif now - self._printed >= _PLAIN_EVERY:
            self._printed = now
            self._console.print("  ".join((f"{view.sent:,} of about {view.about:,} reports sent", *_said(view, rate))), soft_wrap=True)


def _said(view: View, rate: float) -> Iterator[str]:
    yield f"{view.facts:,} facts recorded"
    yield f"{rate:,.0f}/s"
    yield f"the record's date {view.day or '-'}"
    if view.figures:
        poor = "withheld" if view.figures.poor is None else f"{view.figures.poor:,}"
        yield f"out of school {view.figures.all:,}, registered-poor {poor}, 52 counties {view.figures.watch52:,}"
    if view.waiting:
        yield f"waiting: {view.waiting}"
