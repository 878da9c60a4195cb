"""A work list as a table to take away: CSV for anything, XLSX for a spreadsheet, and what the ledger for print says. Pure.

Every value is text, and none is ever a formula.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import xlsxwriter

from services.case.desk.documents import DeskEntry
from services.case.papers.words import Tongue, county_in, word

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("name", "county", "reason", "state", "attempts", "out", "due", "visit", "id")
_WIDTHS = (12, 22, 18, 16, 10, 10, 12, 12, 36)


class Format(StrEnum):
    """What a table is."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    """The ledger for print (台账), in Chinese."""

    @property
    def media_type(self) -> str:
        """Return the media type."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
}


def rows_of(files: Iterable[DeskEntry], names: Mapping[str, str], tongue: Tongue, today: date) -> list[list[str]]:
    """Return the table, its heading first, in the words of the page. ``names``: by id, as they are shown."""
    rows = [[word(tongue, f"column.{column}") for column in _COLUMNS]]
    for file in files:
        reason = "" if file.reason is None else word(tongue, f"reason.{file.reason}")
        state = word(tongue, f"state.{file.state}")
        out = "" if file.out is None else str((today - file.out).days)
        days = ["" if day is None else day.isoformat() for day in (file.due, file.visit)]
        rows.append([names.get(file.id, ""), county_in(tongue, file.county), reason, state, str(file.attempts), out, *days, file.id])
    return rows


def ledger_of(rows: Sequence[Sequence[str]], *, area: str, area_name: str, queue: str, today: date) -> dict[str, Any]:
    """Return what the template of the ledger is given. ``rows``: those of ``rows_of`` in Chinese."""
    number = f"{area}/{today:%Y%m%d}/{queue}"
    what = word(Tongue.ZH, f"queue.{queue}")
    return {"number": number, "area": area_name, "what": what, "today": today.isoformat(), "rows": [list(row) for row in rows[1:]]}


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a table as CSV in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    # A spreadsheet takes what begins so for a formula, and runs it.
    csv.writer(text).writerows([[f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a table as a workbook of one sheet, the heading fixed."""
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell, bold if at == 0 else None)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(rows) - 1), len(_COLUMNS) - 1)
    return whole.getvalue()
