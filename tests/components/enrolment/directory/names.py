"""Children of nobody: invented names, and numbers of the place 00, which there is not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from services.enrolment.directory.child import Child, Guardian, Sex
from services.enrolment.directory.directory import Directory, Entry
from services.enrolment.directory.identity_numbers import check_digit

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
OFFICE = "/counties/513431"


class Rig(NamedTuple):
    """A directory, the file of its master key, and the URLs of its two databases."""

    directory: Directory
    master: Path
    children_url: str
    keys_url: str


def number_of(n: int, born: str = "20100101") -> str:
    seventeen = f"005134{born}{n:03}"
    return seventeen + check_digit(seventeen)


def child(n: int = 1, name: str = "吉克阿呷", born: date = date(2010, 1, 1)) -> Child:
    return Child(
        name=name,
        birth_date=born,
        number=number_of(n, f"{born:%Y%m%d}"),
        sex=Sex.FEMALE,
        guardians=(Guardian("吉克拉则", "13800138000", "母亲"),),
        address="四川省凉山州昭觉县某乡某村9组",
        school="5134310001",
        class_name="七年级二班",
    )


def entry(n: int = 1, *more: str, **known: object) -> Entry:
    return Entry((f"{n:032x}", *more), "513431", child(n, **known))  # type: ignore[arg-type]  # the fields of a child
