"""An English name for every division: an official one, or pinyin and the English word for its kind.

The official names are those of the provincial-level units, and of autonomous areas whose names are not Chinese; they stand in `official.csv`.
Pinyin follows GB/T 28039 and the rules for place names: joined, a capital first, an apostrophe before a syllable that begins with a vowel;
a name of one syllable keeps its kind (岷县: Minxian County). `readings.csv` holds the readings that a dictionary of words does not know.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from pypinyin import Style, lazy_pinyin, load_phrases_dict, load_single_dict

from shared.geography.divisions import BINGTUAN

TABLES = Path(__file__).resolve().parents[3] / "shared" / "geography" / "data"
HERE = Path(__file__).resolve().parent

KINDS = {
    "自治州": "Autonomous Prefecture",
    "自治县": "Autonomous County",
    "自治旗": "Autonomous Banner",
    "新区": "New Area",
    "矿区": "Mining District",
    "地区": "Prefecture",
    "省": "Province",
    "市": "City",
    "县": "County",
    "区": "District",
}
"""The English word for a kind, by the end of a Chinese name; the longest end that fits is taken."""
PEOPLES = {
    "蒙古": "Mongol",
    "回": "Hui",
    "藏": "Tibetan",
    "维吾尔": "Uygur",
    "苗": "Miao",
    "彝": "Yi",
    "壮": "Zhuang",
    "布依": "Bouyei",
    "朝鲜": "Korean",
    "满": "Manchu",
    "侗": "Dong",
    "瑶": "Yao",
    "白": "Bai",
    "土家": "Tujia",
    "哈尼": "Hani",
    "哈萨克": "Kazak",
    "傣": "Dai",
    "黎": "Li",
    "傈僳": "Lisu",
    "佤": "Va",
    "畲": "She",
    "拉祜": "Lahu",
    "水": "Sui",
    "东乡": "Dongxiang",
    "纳西": "Naxi",
    "景颇": "Jingpo",
    "土": "Tu",
    "仫佬": "Mulam",
    "羌": "Qiang",
    "布朗": "Blang",
    "撒拉": "Salar",
    "毛南": "Maonan",
    "仡佬": "Gelao",
    "怒": "Nu",
    "保安": "Bonan",
    "普米": "Pumi",
}
_PEOPLE = re.compile("|".join(f"{name}族" for name in sorted(PEOPLES, key=len, reverse=True)))


class EnglishName(NamedTuple):
    """A name short enough for a list or a map, and the whole one."""

    short: str
    full: str


def english_names() -> str:
    """Return the page's file: code -> the short name and the whole one, as JSON, a code a line."""
    names = _told_apart(_named(), _parents())
    return "{\n" + ",\n".join(f"{json.dumps(code)}:{json.dumps(names[code], ensure_ascii=False)}" for code in sorted(names)) + "\n}\n"


def named(chinese: str) -> EnglishName:
    """Name a division that has no official English name."""
    kind = next((end for end in KINDS if chinese.endswith(end) and len(chinese) > len(end)), "")
    stem = chinese.removesuffix(kind)
    peoples = _PEOPLE.findall(stem)
    stem = _PEOPLE.sub("", stem)
    if len(stem) == 1 and not peoples:
        stem += kind
    short = pinyin(stem)
    return EnglishName(short, " ".join(filter(None, (short, _joined(peoples), KINDS.get(kind, "")))))


def pinyin(chinese: str) -> str:
    """Spell a place name in pinyin without tones."""
    syllables = lazy_pinyin(chinese, style=Style.NORMAL, v_to_u=True)
    return "".join(f"'{each}" if n and each[0] in "aoe" else each for n, each in enumerate(syllables)).capitalize()


def _joined(peoples: list[str]) -> str:
    words = [PEOPLES[people.removesuffix("族")] for people in peoples]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _named() -> dict[str, EnglishName]:
    readings = {row["chinese"]: row["reading"].split() for row in rows_of(HERE / "readings.csv")}
    load_single_dict({ord(chinese): reading for chinese, (reading, *more) in readings.items() if not more})
    load_phrases_dict({chinese: [[syllable] for syllable in reading] for chinese, reading in readings.items() if len(reading) > 1})
    names = {row["code"]: named(row["name"]) for row in table_rows()}
    names[BINGTUAN] = EnglishName("", "")  # it stands in no table
    return names | {row["code"]: EnglishName(row["short"], row["full"]) for row in rows_of(HERE / "official.csv")}


def _told_apart(names: Mapping[str, EnglishName], parents: Mapping[str, str]) -> dict[str, EnglishName]:
    """Let those that share a short name below the same area (临夏市 and 临夏县) keep the whole one."""
    shared = Counter((parents.get(code), name.short) for code, name in names.items())
    return {code: EnglishName(name.full, name.full) if shared[parents.get(code), name.short] > 1 else name for code, name in names.items()}


def _parents() -> dict[str, str]:
    return {row["code"]: row["parent"] for row in table_rows()}


def table_rows() -> Iterable[dict[str, str]]:
    """Yield the rows of both tables of divisions, the older first."""
    for table in sorted(TABLES.glob("divisions_*.csv")):
        yield from rows_of(table)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table of this folder or of another, by column."""
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
