"""Tables as wide as the console: what does not fit beside the first columns goes below, with the first columns again."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_BETWEEN = 3
"""Characters of the space and the line between two columns."""
_EDGES = 1


class Column(NamedTuple):
    """A column: its heading and its cells, a cell for each row."""

    heading: str
    cells: Sequence[str]
    justify: Literal["left", "right"] = "left"

    @property
    def width(self) -> int:
        """Characters of the console that it takes at most: a Chinese character takes two."""
        return max(map(cell_len, (self.heading, *self.cells)))


def print_columns(console: Console, columns: Sequence[Column], *, first: int = 1, title: str | None = None, last_apart: bool = False) -> None:
    """Print columns as one table, or as several one below the other where they are wider than the console.

    ``first``: how many columns each table begins with; ``last_apart``: that the last row is the sum of the others, and shown so.
    """
    shown = [
        column._replace(heading=as_shown(console, column.heading), cells=[as_shown(console, cell) for cell in column.cells]) for column in columns
    ]
    for number, part in enumerate(_parts(shown[:first], shown[first:], console.width)):
        table = Table(title=as_shown(console, title) if title and not number else None)
        for column in part:
            table.add_column(column.heading, justify=column.justify, overflow="fold")
        for row, cells in enumerate(zip(*(column.cells for column in part), strict=True)):
            is_sum = last_apart and row == len(part[0].cells) - 1
            if is_sum:
                table.add_section()
            table.add_row(*cells, style="bold" if is_sum else None)
        console.print(table, soft_wrap=False)


def as_shown(console: Console, text: str) -> str:
    """Return a text as the console shows it: with ? for each character that its encoding lacks. The widths of a table are told by that."""
    return text.encode(console.encoding, "replace").decode(console.encoding)


def _parts(first: Sequence[Column], others: Sequence[Column], width: int) -> Iterator[list[Column]]:
    """Yield the columns of each table: the first ones, and as many of the others as fit beside them, but one at least."""
    room = width - _EDGES - sum(column.width + _BETWEEN for column in first)
    part, left = list(first), room
    for column in others:
        needs = column.width + _BETWEEN
        if needs > left and len(part) > len(first):
            yield part
            part, left = list(first), room
        part.append(column)
        left -= needs
    yield part
