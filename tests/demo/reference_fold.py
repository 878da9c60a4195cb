"""A second opinion on the lines: the wire page's table in small, sharing no code with what it checks.

Slow and literal. It knows only what the history uses, and takes nothing from the services or from the generator.
"""

import csv
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

_DATA = Path(__file__).parents[2] / "shared" / "geography" / "data"
_OWN_COUNTY = {"441900", "442000", "460300", "460400", "620200"}


def _rows(table: str) -> list[dict[str, str]]:
    with (_DATA / table).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _counties(table: str) -> set[str]:
    return {row["code"] for row in _rows(table) if row["level"] == "county"} | _OWN_COUNTY | {"660000"}


FIRST, SECOND = _counties("divisions_2019-12.csv"), _counties("divisions_2020-mid.csv")
BOTH = FIRST | SECOND
WATCH52 = {row["code"] for row in _rows("watch52_2020.csv")}
OUT = {"dropped_out", "never_enrolled"}

_ATTRIBUTES = {"specversion", "id", "source", "type", "subject", "time", "data"}
_IN_CLASS = {"school", "stage", "grade"}
_FIELDS: dict[str, tuple[set[str], set[str]]] = {  # what must be there, what may be
    "listed": ({"status", "county", "poor", "since"}, {"stage", "reason"}),
    "registered": ({"county", "poor"}, set()),
    "enrolled": ({"county", "poor", *_IN_CLASS}, set()),
    "suspected": ({"found_by"}, {"reason"}),
    "cleared": ({"outcome"}, set()),
    "dropped-out": ({"reason", "last_seen"}, set()),
    "never-enrolled": ({"county", "poor", "reason"}, set()),
    "returned": ({"placement", *_IN_CLASS}, {"evidence"}),
    "on-leave": ({"kind", "approval", "until"}, set()),
    "resumed": (_IN_CLASS, set()),
    "moved": ({"county"}, set()),
    "household-changed": ({"poor"}, {"category"}),
    "removed": ({"code"}, {"evidence"}),
    "county-reported": ({"out_of_school"}, set()),
}
_WORDS = {
    "status": {"dropped_out", "never_enrolled"},
    "stage": {"primary", "junior"},
    "reason": {"learning", "work", "marriage", "religion", "family", "poverty", "illness", "distance", "other", "unknown"},
    "found_by": {"school", "platform", "comparison", "visit"},
    "outcome": {"enrolled_elsewhere", "enrolled_without_record", "wrong_identity", "double_registration", "empty_registration",
                "no_such_child", "over_age", "abroad", "on_leave", "deceased", "unreachable"},
    "placement": {"class", "separate_class", "vocational", "special_school", "home_teaching", "other"},
    "kind": {"suspension", "deferral", "home-teaching"},
    "code": {"death", "emigrated", "over_age", "duplicate", "no_such_child", "missing"},
    "category": {"registered_poor", "lifted_out", "monitored", "low_income", "special_hardship", "disabled_poor", "other"},
}  # fmt: skip
_LEAVES = {
    "registered": "registered", "enrolled": "enrolled", "suspected": "suspected", "dropped-out": "dropped_out",
    "never-enrolled": "never_enrolled", "returned": "returned", "on-leave": "on_leave", "resumed": "enrolled", "removed": "removed",
}  # fmt: skip
_MATTERS = dict.fromkeys(("listed", "registered", "enrolled", "never-enrolled"), ("schooling", "residence", "household")) | {
    "moved": ("residence",),
    "household-changed": ("household",),
}
_FINDS: dict[str, set[str | None]] = {
    "listed": {None},
    "registered": {None},
    "enrolled": {None, "registered", "on_leave", "enrolled", "returned", "suspected"},
    "suspected": {"registered", "enrolled", "returned"},
    "cleared": {"suspected"},
    "dropped-out": {"enrolled", "returned", "suspected", "on_leave", "dropped_out"},
    "never-enrolled": {None, "registered", "never_enrolled"},
    "returned": OUT,  # type: ignore[dict-item]  # a set of str is one of str | None that has no None
    "on-leave": {"registered", "enrolled", "returned", "suspected", "dropped_out", "never_enrolled"},
    "resumed": {"on_leave"},
    "moved": {"registered", "enrolled", "on_leave", "suspected", "dropped_out", "never_enrolled", "returned"},
    "household-changed": {"registered", "enrolled", "on_leave", "suspected", "dropped_out", "never_enrolled", "returned"},
    "removed": {"registered", "enrolled", "on_leave", "suspected", "dropped_out", "never_enrolled", "returned"},
}
_CLEARED = {"on_leave": "on_leave"} | dict.fromkeys(
    ("deceased", "abroad", "over_age", "no_such_child", "double_registration", "empty_registration"), "removed"
)


@dataclass
class Child:
    status: str | None = None
    county: str = ""
    poor: bool = False
    reason: str | None = None
    spells: int = 0
    newest: dict[str, datetime] = field(default_factory=dict)
    happenings: set[tuple[str, ...]] = field(default_factory=set)


@dataclass
class Ledger:
    """Everything that was reported, folded line by line. ``outcome`` of each line as in wire.md §4, or the refusal's code."""

    children: dict[str, Child] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    accepted_types: Counter[str] = field(default_factory=Counter)

    def take(self, line: bytes) -> str:
        outcome = self._judged(line)
        self.outcomes[outcome] += 1
        return outcome

    def out(self) -> list[Child]:
        return [child for child in self.children.values() if child.status in OUT]

    def figures(self) -> tuple[int, int, int]:
        out = self.out()
        return len(out), sum(child.poor for child in out), sum(child.county in WATCH52 for child in out)

    def out_by_county(self) -> Counter[str]:
        return Counter(child.county for child in self.out())

    def _judged(self, line: bytes) -> str:
        try:
            event = json.loads(line)
        except ValueError:
            return "malformed"
        data, time = event.get("data", {}), datetime.fromisoformat(event["time"])
        word = event["type"].removeprefix("cn.baoxue.reported.").removesuffix(".v1")
        if fault := _fault(event, data, word, time):
            return fault
        child = self.children.get(event["subject"], Child())
        happening = (word, event["time"], *sorted(map(str, data.items())))
        if happening in child.happenings:
            return "duplicate"
        if word != "county-reported" and not _may_speak(child, event, data):
            return "not_your_county"
        matters = _MATTERS.get(word, ("schooling",))
        if all(time < child.newest.get(matter, time) for matter in matters):
            child.happenings.add(happening)
            return "late"
        if word != "county-reported" and (refused := _refused(child, word)):
            return refused
        child.happenings.add(happening)
        child.newest |= dict.fromkeys(matters, time)
        self.children[event["subject"]] = child
        self.accepted_types[word] += 1
        if word != "county-reported":
            _apply(child, word, data)
        return "accepted"


def _fault(event: dict[str, object], data: dict[str, object], word: str, time: datetime) -> str | None:
    if set(event) - _ATTRIBUTES:
        return "unknown_field"
    if word not in _FIELDS:
        return "unknown_type"
    required, optional = _FIELDS[word]
    if set(data) - required - optional:
        return "unknown_field"
    if required - set(data) or any(data[name] not in words for name, words in _WORDS.items() if name in data):
        return "malformed"
    if time.year > 2100:
        return "future_dated"
    county = event["subject"] if word == "county-reported" else data.get("county")
    if county is None:
        return None
    if county not in BOTH:
        return "unknown_county"
    if county not in (FIRST if time.year < 2020 else BOTH if str(time.date()) <= "2020-06-30" else SECOND):
        return "county_not_valid_then"
    return None if word != "county-reported" or str(county)[:2] == str(event["source"])[-2:] else "not_your_county"


def _may_speak(child: Child, event: dict[str, object], data: dict[str, object]) -> bool:
    """A province of the child where it counts, or where it comes to. Of one never heard of anybody may ask."""
    places = {child.county, str(data.get("county", child.county))}
    return (child.status is None and "county" not in data) or str(event["source"])[-2:] in {county[:2] for county in places if county}


def _refused(child: Child, word: str) -> str | None:
    if child.status == "removed":
        return "after_removal"
    if child.status is None and None not in _FINDS[word]:
        return "unknown_student"
    return None if child.status in _FINDS[word] else "impossible_order"


def _apply(child: Child, word: str, data: dict[str, object]) -> None:
    was_out = child.status in OUT
    if word == "cleared":
        child.status = _CLEARED.get(str(data["outcome"]), "enrolled")
    else:
        child.status = str(data["status"]) if word == "listed" else _LEAVES.get(word, child.status)
    child.county = str(data.get("county", child.county))
    child.poor = bool(data.get("poor", child.poor))
    child.reason = str(data["reason"]) if "reason" in data and child.status in OUT else child.reason if child.status in OUT else None
    child.spells += child.status in OUT and not was_out
