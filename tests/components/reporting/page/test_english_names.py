"""English names of the divisions: official ones, and pinyin with the English word for the kind."""

import json
import re
from pathlib import Path

import pytest

from docs.generate.english import names
from shared.geography.divisions import BINGTUAN, Level, divisions

FILE = Path(names.__file__).resolve().parents[3] / "shared" / "http" / "pages" / "look" / "names.en.json"
NAMES: dict[str, list[str]] = json.loads(FILE.read_text("utf-8"))
"""What the page is served; that it is what the code makes is checked with the other generated pages."""


@pytest.mark.parametrize(
    ("code", "short", "full"),
    [
        ("150000", "Inner Mongolia", "Inner Mongolia Autonomous Region"),
        ("540000", "Tibet", "Tibet (Xizang) Autonomous Region"),
        ("610000", "Shaanxi", "Shaanxi Province"),
        ("140000", "Shanxi", "Shanxi Province"),
        ("810000", "Hong Kong", "Hong Kong"),
        (BINGTUAN, "XPCC", "Xinjiang Production and Construction Corps"),
        ("513400", "Liangshan", "Liangshan Yi Autonomous Prefecture"),
        ("433100", "Xiangxi", "Xiangxi Tujia and Miao Autonomous Prefecture"),
        ("542500", "Ngari", "Ngari Prefecture"),
        ("513431", "Zhaojue", "Zhaojue County"),
        ("451225", "Luocheng", "Luocheng Mulam Autonomous County"),
        ("530925", "Shuangjiang", "Shuangjiang Lahu, Va, Blang and Dai Autonomous County"),
        ("621126", "Minxian", "Minxian County"),
        ("610100", "Xi'an", "Xi'an City"),
        ("341500", "Lu'an", "Lu'an City"),
        ("310115", "Pudong", "Pudong New Area"),
        ("429021", "Shennongjia", "Shennongjia Forestry District"),
        ("150625", "Hanggin", "Hanggin Banner"),
        ("622901", "Linxia City", "Linxia City"),
        ("622921", "Linxia County", "Linxia County"),
    ],
)
def test_a_division_has_its_english_name(code: str, short: str, full: str) -> None:
    assert NAMES[code] == [short, full]


def test_every_division_of_every_day_has_a_name_that_english_can_print() -> None:
    areas = {code: area for tree in divisions().trees for code, area in tree.items() if area.level is not Level.NATION}
    assert areas.keys() - NAMES.keys() == set()
    assert [name for pair in NAMES.values() for name in pair if not re.fullmatch(r"[A-Z][A-Za-zü',() -]+", name)] == []


def test_no_two_below_the_same_area_share_a_short_name() -> None:
    for tree in divisions().trees:
        places = [(area.parent, NAMES[code][0]) for code, area in tree.items() if area.level is not Level.NATION]
        assert len(places) == len(set(places))


@pytest.mark.parametrize(("chinese", "reading"), [(row["chinese"], row["reading"]) for row in names.rows_of(names.HERE / "readings.csv")])
def test_every_reading_of_the_table_is_that_of_some_division(chinese: str, reading: str) -> None:
    assert any(chinese in row["name"] for row in names.table_rows())
    assert len(reading.split()) == len(chinese)
