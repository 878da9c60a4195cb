"""Whether the history arrived: expected figures beside those shown, and sent lines beside the outcomes in the receipts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rich.console import Console
from rich.table import Table

from deploy.demo.history.anomalies import Tally
from deploy.demo.history.published import LISTED, PUBLISHED, Figures, figures
from deploy.demo.playing.record import Files, Shown
from shared.contracts.refusal import RefusalCode

_BY_STANDING = frozenset({RefusalCode.UNKNOWN_STUDENT, RefusalCode.IMPOSSIBLE_ORDER, RefusalCode.AFTER_REMOVAL})
"""Refusals that depend on earlier lines of the log."""
_GROUPS = ("all", "of registered-poor households", "in the 52 counties")


@dataclass(frozen=True)
class Verdict:
    """The comparison: ``expected`` figures and files with those ``shown``, and the tally of the ``sent`` lines with that of the receipts (``said``).

    ``lost``: batches without a receipt. ``again``: some lines may have been logged before, because an attempt failed or the record was not
    empty. Such lines are duplicates (or late, where the standing of the child had refused them before). Of their outcomes only the sum and the
    other refusals are compared then.
    """

    expected: Figures
    expected_files: Files
    shown: Shown | None
    sent: Tally
    said: Tally
    lost: int
    again: bool

    @property
    def equal(self) -> bool:
        """Whether everything is as expected."""
        shown = self.shown is not None and self.shown.agrees_with(self.expected, self.expected_files)
        return shown and not self.lost and self._compared(self.sent) == self._compared(self.said)

    def _compared(self, tally: Tally) -> object:
        if not self.again:
            return tally
        return tally.lines, {code: number for code, number in tally.refused.items() if code not in _BY_STANDING}

    def print(self, console: Console, *, scale: float, until: date) -> None:
        """Print the comparison as tables, with notes below them."""
        console.print(self._figures(scale, until), self._files(), self._outcomes())
        if self.again:
            console.print("Some lines were sent more than once, or were in the record before: then more duplicates and fewer others are right.")
        if self.lost:
            console.print(f"[red]{self.lost} batches were acknowledged and have no receipt.[/]")
        of = "the published ones" if scale == 1 else f"the published ones, times {scale:g}"
        console.print(f"The children are invented; the totals of {', '.join(map(str, PUBLISHED))} are {of}.", soft_wrap=True)
        console.print("[green]Everything is as expected.[/]" if self.equal else "[red]Not everything is as expected.[/]")

    def _figures(self, scale: float, until: date) -> Table:
        title = f"Children out of school on {until}" + (" (published)" if until in PUBLISHED else " (invented)")
        table = _table(title, "", "expected", "shown", "early 2019", "fall")
        seen: tuple[int | str, ...] = tuple("withheld" if n is None else n for n in self.shown.figures) if self.shown else ("-", "-", "-")
        for group, expected, shown, before in zip(_GROUPS, self.expected, seen, figures(scale, LISTED), strict=True):
            fall = f"{1 - expected / before:.2%}" if before else "-"
            table.add_row(group, *_pair(expected, shown), f"{before:,}", fall)
        return table

    def _files(self) -> Table:
        table = _table("Files of the children that were ever out of school (一人一案)", "", "expected", "shown")
        seen: tuple[int | str, ...] = self.shown.files if self.shown else ("-", "-")
        for state, expected, shown in zip(("open or persuading", "under observation or closed"), self.expected_files, seen, strict=True):
            table.add_row(state, *_pair(expected, shown))
        return table

    def _outcomes(self) -> Table:
        table = _table("Reports by outcome", "", "sent so", "by the receipts")
        for name, sent, said in self._rows():
            table.add_row(name, *_pair(sent, said))
        return table

    def _rows(self) -> Iterator[tuple[str, int, int]]:
        yield "accepted", self.sent.accepted, self.said.accepted
        yield "late", self.sent.late, self.said.late
        yield "duplicate", self.sent.duplicate, self.said.duplicate
        for code in sorted(self.sent.refused.keys() | self.said.refused.keys()):
            yield f"refused: {code}", self.sent.refused[code], self.said.refused[code]
        yield "all", self.sent.lines, self.said.lines


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for n, column in enumerate(columns):
        table.add_column(column, justify="right" if n else "left")
    return table


def _pair(expected: int, shown: int | str) -> tuple[str, str]:
    text = f"{shown:,}" if isinstance(shown, int) else shown
    return f"{expected:,}", text if shown == expected else f"[yellow]{text}[/]"
