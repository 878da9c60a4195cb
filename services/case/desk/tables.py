"""A work list as a table to take away: CSV for anything, XLSX for a spreadsheet. Every value is text, and none is ever a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import xlsxwriter

from services.case.desk.words import Tongue, county_in, word
from services.case.documents import CaseEntry

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("name", "county", "reason", "state", "attempts", "due", "id")
_WIDTHS = (12, 22, 18, 16, 10, 12, 36)


class Format(StrEnum):
    """What a table is."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """Return the media type."""
        return "text/csv" if self is Format.CSV else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of(files: Iterable[CaseEntry], names: Mapping[str, str], tongue: Tongue) -> list[list[str]]:
    """Return the table, its heading first, in the words of the page. ``names``: by id, as they are shown."""
    rows = [[word(tongue, f"column.{column}") for column in _COLUMNS]]
    for file in files:
        reason = "" if file.reason is None else word(tongue, f"reason.{file.reason}")
        due = "" if file.due is None else file.due.isoformat()
        state = word(tongue, f"state.{file.state}")
        rows.append([names.get(file.id, ""), county_in(tongue, file.county), reason, state, str(file.attempts), due, file.id])
    return rows


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
