"""What the history looks like: who sends what, in which order, and when."""

import hashlib
import json
import re
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

import pytest

from deploy.demo.history.history import History
from deploy.demo.history.named import NamedChild, NamedCounty
from deploy.demo.history.published import JUNE, NOVEMBER
from deploy.demo.history.strata import SILENT
from tests.demo.reference_fold import FIRST, OUT, SECOND, Ledger

REPLACED = {
    "130521": "130503", "130526": "130505", "130527": "130506", "220381": "220184", "360727": "360783", "370634": "370614",
    "370684": "370614", "510132": "510118", "632321": "632301",
}  # fmt: skip
"""Codes that ended in mid-2020, and their successors."""


@dataclass
class Told:
    """A history that was gone through: every line with what became of it, and what the counties stated beside the truth."""

    tally: Counter[str]
    ledger: Ledger = field(default_factory=Ledger)
    lines: list[tuple[str, date, str, bytes]] = field(default_factory=list)
    statements: list[tuple[date, str, int, int]] = field(default_factory=list)

    def accepted(self) -> Iterator[tuple[str, dict[str, Any]]]:
        return ((sender, json.loads(line)) for sender, _, outcome, line in self.lines if outcome == "accepted")


@pytest.fixture(scope="module")
def told() -> Told:
    history = History(scale=0.01, until=NOVEMBER, seed=1)
    told = Told(Counter())
    for day, portions in groupby(history.portions(), key=lambda portion: portion.day):
        stated: dict[str, int] = {}
        for portion in portions:
            for sender, lines in portion.lines.items():
                for line in lines:
                    outcome = told.ledger.take(line)
                    told.lines.append((sender, day, outcome, line))
                    if outcome == "accepted" and b"county-reported" in line:
                        event = json.loads(line)
                        stated[event["subject"]] = event["data"]["out_of_school"]
        if stated:
            true = told.ledger.out_by_county()
            told.statements += [(day, county, number, true[county]) for county, number in stated.items()]
    tally = history.tally
    told.tally += Counter(accepted=tally.accepted, late=tally.late, duplicate=tally.duplicate) + tally.refused
    return told


def _lines(*, scale: float = 0.001, until: date = date(2019, 4, 30), seed: int = 1) -> list[tuple[date, str, bytes]]:
    portions = History(scale=scale, until=until, seed=seed).portions()
    return [(portion.day, sender, line) for portion in portions for sender, lines in portion.lines.items() for line in lines]


def test_the_same_seed_tells_the_same_bytes() -> None:
    assert _lines() == _lines()


def test_another_seed_invents_other_children() -> None:
    of_one, of_two = ({json.loads(line)["subject"] for *_, line in _lines(seed=seed) if b"listed" in line} for seed in (1, 2))
    assert of_one.isdisjoint(of_two)


def test_a_history_that_ends_earlier_is_the_beginning_of_a_longer_one() -> None:
    longer = _lines(until=date(2019, 6, 30))
    assert _lines() == [line for line in longer if line[0] <= date(2019, 4, 30)]


def test_every_outcome_is_known_beforehand(told: Told) -> None:
    assert told.ledger.outcomes == told.tally


def test_all_that_senders_do_wrong_occurs(told: Told) -> None:
    assert told.tally.keys() == {
        "accepted", "late", "duplicate", "malformed", "unknown_type", "unknown_field", "unknown_county", "county_not_valid_then",
        "not_your_county", "future_dated", "unknown_student", "impossible_order", "after_removal",
    }  # fmt: skip
    assert all(told.tally.values())
    assert told.tally["accepted"] / told.tally.total() > 0.99


def test_all_kinds_of_news_occur(told: Told) -> None:
    assert told.ledger.accepted_types.keys() == {
        "listed", "registered", "enrolled", "suspected", "cleared", "dropped-out", "never-enrolled", "returned", "on-leave", "resumed",
        "moved", "household-changed", "removed", "county-reported",
    }  # fmt: skip
    assert any(child.spells > 1 for child in told.ledger.children.values())


def test_31_provinces_and_the_bingtuan_send(told: Told) -> None:
    senders = {sender for sender, *_ in told.lines}
    assert senders == {f"/provinces/{code[:2]}" for code in FIRST}
    assert len(senders) == 32
    assert all(event["source"] == sender for sender, event in told.accepted())


def test_every_line_is_one_line_of_utf8_and_all_but_the_cut_ones_are_json(told: Told) -> None:
    for _, _, outcome, line in told.lines:
        assert b"\n" not in line
        assert line.decode()
        if outcome != "malformed":
            assert json.loads(line)["specversion"] == "1.0"


def test_a_sender_goes_from_day_to_day_and_only_late_news_goes_back(told: Told) -> None:
    reached: dict[str, str] = {}
    for sender, day, outcome, line in told.lines:
        if outcome in ("malformed", "future_dated", "late"):
            continue
        time = json.loads(line)["time"]
        assert time[:10] == str(day)
        assert time.endswith("+08:00")
        assert reached.setdefault(sender, time[:10]) <= time[:10]
        reached[sender] = time[:10]


def test_times_grow_within_a_child(told: Told) -> None:
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for _, event in told.accepted():
        times[event["subject"]].append(datetime.fromisoformat(event["time"]))
    assert all(earlier < later for of_child in times.values() for earlier, later in pairwise(of_child))


def test_ids_are_never_used_for_two_happenings(told: Told) -> None:
    events = [(sender, event["id"]) for sender, event in told.accepted()]
    assert len(set(events)) == len(events)


def test_returns_fall_on_weekdays_and_on_the_beginning_of_terms(told: Told) -> None:
    days = Counter(date.fromisoformat(event["time"][:10]) for _, event in told.accepted() if event["type"].endswith("returned.v1"))
    by_weekday: Counter[int] = Counter()
    for day, number in days.items():
        by_weekday[day.weekday()] += number
    assert min(by_weekday[day] for day in range(5)) > 3 * max(by_weekday[5], by_weekday[6])
    begin = sum(days[date(2019, 9, 2) + timedelta(days=n)] for n in range(14))
    holidays = sum(days[date(2019, 7, 15) + timedelta(days=n)] for n in range(14))
    assert begin > 5 * holidays
    assert sum(days[date(2019, 2, 4) + timedelta(days=n)] for n in range(7)) < holidays / 10


def test_each_county_states_its_number_on_every_15th_but_for_three_silent_ones(told: Told) -> None:
    by_day: defaultdict[date, set[str]] = defaultdict(set)
    for day, county, _, _ in told.statements:
        by_day[day].add(county)
    assert len(by_day) == 23
    for day, stating in by_day.items():
        assert day.day == 15
        assert stating == (FIRST if day <= date(2020, 6, 30) else SECOND) - set(SILENT)
    assert len(SILENT) == 3


def test_nothing_is_ever_said_of_a_silent_county(told: Told) -> None:
    for _, event in told.accepted():
        assert event["subject"] not in SILENT
        assert event["data"].get("county") not in SILENT


def test_statements_are_mostly_true_and_zeros_are_among_them(told: Told) -> None:
    unchanged = FIRST & SECOND - set(REPLACED.values())
    stated = [(number, true) for _, county, number, true in told.statements if county in unchanged]
    wrong = sum(number != true for number, true in stated)
    assert 0 < wrong < 0.03 * len(stated)
    assert any(number == true == 0 for number, true in stated)
    assert any(number == true > 3 for number, true in stated)


def test_a_new_county_states_the_children_who_were_listed_under_its_old_codes() -> None:
    ledger, stated = Ledger(), {}
    senders = sorted({f"/provinces/{code[:2]}" for code in REPLACED})
    for portion in History(scale=0.15, until=date(2020, 7, 15), seed=1).portions():
        for line in (line for sender in senders for line in portion.lines.get(sender, [])):
            if b"county-reported" not in line:
                ledger.take(line)
            elif portion.day == date(2020, 7, 15) and ledger.take(line) == "accepted":
                event = json.loads(line)
                stated[event["subject"]] = event["data"]["out_of_school"]
    true = ledger.out_by_county()
    expected = {new: true[new] + sum(true[old] for old in REPLACED if REPLACED[old] == new) for new in REPLACED.values()}
    assert {new: stated[new] for new in expected} == expected
    assert sum(true[old] for old in REPLACED) > 0


def test_after_the_change_of_codes_nobody_uses_an_ended_one(told: Told) -> None:
    late = [event for _, event in told.accepted() if event["time"] >= "2020-07-01"]
    assert late
    named = {event["data"]["county"] for event in late if "county" in event["data"]}
    assert named
    assert named <= SECOND


def test_the_children_who_are_left_are_old_cases_and_new_ones(told: Told) -> None:
    left = [child for child in told.ledger.children.values() if child.status in OUT]
    assert {len(child.happenings) > 1 for child in left} == {True, False}


def test_memory_does_not_grow_with_the_scale() -> None:
    def peak(scale: float) -> int:
        tracemalloc.start()
        for _ in History(scale=scale, until=date(2019, 3, 20), seed=1).portions(most=640):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(0.2) < 1.1 * peak(0.02) < 64 << 20


def test_a_portion_is_of_one_day_and_not_longer_than_wanted() -> None:
    portions = list(History(scale=0.02, until=date(2019, 1, 20), seed=1).portions(most=320))
    assert max(sum(map(len, portion.lines.values())) for portion in portions) <= 320
    assert {portion.day for portion in portions} == {date(2019, 1, 10) + timedelta(days=n) for n in range(11)}
    assert portions[-1].day < JUNE


def test_the_children_of_the_demos_county_have_the_ids_of_their_numbers_and_nothing_else_is_told_otherwise() -> None:
    def id_of(number: str) -> str:
        return hashlib.sha256(number.encode()).hexdigest()[:32]

    named, given = NamedCounty(id_of), list[NamedChild]()
    pairs = list[tuple[bytes, bytes]]()
    plain, with_names = (History(scale=0.02, until=JUNE, seed=1, named=each).portions() for each in (None, named))
    for one, other in zip(plain, with_names, strict=True):
        given += named.take()
        for sender, lines in one.lines.items():
            pairs += zip(lines, other.lines[sender], strict=True)
    renamed = {subject(one): subject(other) for one, other in pairs if one != other}
    assert len(given) > 50
    assert set(renamed.values()) == {id_of(child.number).encode() for child in given}
    assert len({child.number for child in given}) == len(given), "no two children share a number"
    assert all(child.number.startswith("00") and child.name[0] in "甲乙丙丁戊己庚辛壬癸" for child in given), "plainly nobody's"
    assert all(one.replace(subject(one), subject(other)) == other for one, other in pairs)


def subject(line: bytes) -> bytes:
    found = re.search(rb'"subject":"([0-9a-f]{32}|[^"]*)"', line)
    return found[1] if found else b""
