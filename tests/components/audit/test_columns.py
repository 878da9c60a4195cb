"""Tables that fit the console, whatever they hold and whatever its encoding has."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from services.reporting.audit.console.columns import Column, print_columns
from services.reporting.audit.console.tables import print_counts, print_inventory
from services.reporting.audit.sources.inventory import GroupState, Inventory, TopicState
from shared.contracts.words import Status

NAMES = ["昭觉县", "凉山彝族自治州", "积石山保安族东乡族撒拉族自治县"]
SETTINGS = {
    "cleanup.policy": "delete",
    "retention.ms": "604800000",
    "retention.bytes": "1073741824",
    "min.insync.replicas": "2",
    "max.message.bytes": "1048588",
}


class Terminal:
    """A console of some width and encoding, and what was printed on it."""

    def __init__(self, width: int = 80, encoding: str = "utf-8") -> None:
        self._printed, self._encoding = io.BytesIO(), encoding
        file = io.TextIOWrapper(self._printed, encoding=encoding)
        self.console = Console(file=file, width=width, highlight=False, soft_wrap=True)

    def lines(self) -> list[str]:
        self.console.file.flush()
        return self._printed.getvalue().decode(self._encoding).splitlines()

    def widest(self) -> int:
        return max(map(cell_len, self.lines()))

    def headings(self) -> list[list[str]]:
        found = (line.replace("|", "┃").split("┃")[1:-1] for line in self.lines() if "code" in line)
        return [[cell.strip() for cell in cells] for cells in found]


def county_table(terminal: Terminal, numbers: int) -> None:
    figures = [Column(f"heading {n}", ["1,234,567"] * 3, "right") for n in range(numbers)]
    print_columns(terminal.console, [Column("code", ["513431"] * 3), Column("name", NAMES), *figures], first=2)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "ascii"])
@pytest.mark.parametrize("numbers", [1, 3, 14])
def test_what_does_not_fit_goes_below_with_code_and_name_again(encoding: str, numbers: int) -> None:
    terminal = Terminal(encoding=encoding)
    county_table(terminal, numbers)
    assert terminal.widest() <= 80
    assert [heading for part in terminal.headings() for heading in part[2:]] == [f"heading {n}" for n in range(numbers)]
    assert all(part[:2] == ["code", "name"] for part in terminal.headings())


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "ascii"])
def test_all_rows_of_a_table_are_as_wide_as_it(encoding: str) -> None:
    terminal = Terminal(encoding=encoding)
    county_table(terminal, 2)
    assert len(set(map(cell_len, terminal.lines()))) == 1


def test_a_wider_console_has_one_table() -> None:
    terminal = Terminal(width=250)
    county_table(terminal, 14)
    assert len(terminal.headings()) == 1


def test_a_column_that_is_wider_than_the_console_is_folded_and_whole() -> None:
    terminal = Terminal(width=40)
    print_columns(terminal.console, [Column("code", ["1"]), Column("long", ["x" * 100])])
    assert terminal.widest() <= 40
    assert "".join(terminal.lines()).count("x") == 100


def a_part(code: str, name: str) -> dict[str, object]:
    statuses = dict.fromkeys(Status, 123_456)
    return {"code": code, "name": name, "out_of_school": 600_000, "poor": 323_000, "by_status": statuses, "reporting": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "ascii"])
def test_replay_fits_eighty_columns(encoding: str) -> None:
    terminal = Terminal(encoding=encoding)
    whole = {**a_part("513400", "凉山彝族自治州"), "area": {"code": "513400", "name": "凉山彝族自治州"}, "coverage": {"reporting": 2}}
    whole |= {"children": [a_part("513431", name) for name in NAMES], "as_of": {"event_time": "2020-06-14T08:00:00+08:00", "recorded_time": None}}
    print_counts(terminal.console, whole, None)
    assert terminal.widest() <= 80
    shown = {heading for part in terminal.headings() for heading in part[2:]}
    assert shown == {"out of school", "poor", *Status}


def test_topics_fits_eighty_columns() -> None:
    terminal = Terminal()
    topic = TopicState("enrolment.submissions.dead", 12, 3, 123_456_789, SETTINGS)
    group = GroupState("reporting-with-a-long-name", "PreparingRebalance", "enrolment.submissions.dead", 123_456_789, 1_234)
    print_inventory(terminal.console, Inventory((topic,), (group,)))
    assert terminal.widest() <= 80
    for text in (*SETTINGS.values(), "enrolment.submissions.dead", "123,456,789", "preparingrebalance", "1,234"):
        assert any(text in line for line in terminal.lines()), text


def test_a_broker_without_topics_is_shown_as_such() -> None:
    terminal = Terminal()
    print_inventory(terminal.console, Inventory((), ()))
    assert terminal.widest() <= 80
