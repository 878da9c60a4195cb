"""Invented counties over a school year: honest work with its noise in all of them, and one kind of fraud planted in every second one.

Honest noise: late corroborations, relapses, transfers whose other half comes late, offices that close once a week or once a month, clerks who
enter a month's returns in one day, comparisons whose children nobody reaches. Fraud is planted in sizes on both sides of the rules' numbers, for
who cheats knows no threshold. The counties' codes begin with 99 and are in no table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from deploy.detector.lives import Child, Story, school_day
from shared.calendar.school_days import is_working_day, working_day_after
from shared.contracts.oversight_codes import Rule

FIRST, LAST, AS_OF = date(2020, 9, 1), date(2021, 6, 30), date(2021, 9, 30)
MONTHS = tuple(date(2020 + (8 + n) // 12, (8 + n) % 12 + 1, 1) for n in range(10))
Case = tuple[Rule, str]
"""What a rule is to find or to leave alone: the rule, and a child, an office's day, a county's report day, or a county."""


@dataclass
class Invented:
    """The story, the cases that were planted, and how many honest ones each rule had to leave alone."""

    story: Story = field(default_factory=Story)
    planted: set[Case] = field(default_factory=set)
    honest: Counter[Rule] = field(default_factory=Counter)


def invent(seed: int, counties: int) -> Invented:
    """Return so many counties; the same seed invents the same."""
    invented = Invented()
    for n in range(counties):
        fraud = list(Rule)[n // 2 % len(Rule)] if n % 2 else None
        _County(invented, Random(f"{seed}/{n}"), f"99{n + 1:04}", fraud).live()
    return invented


@dataclass
class _County:
    """A county and its habits. ``closes``: how many working days lie between two days on which its office closes files."""

    invented: Invented
    random: Random
    code: str
    fraud: Rule | None
    children: int = 0
    out: list[tuple[date, date]] = field(default_factory=list)
    closed: dict[tuple[str, date], int] = field(default_factory=Counter)

    def live(self) -> None:
        """Tell a school year of it."""
        pick = self.random
        small = pick.random() < 0.25
        self.reaches = pick.choice((0.95, 0.95, 0.7))
        self.habit = pick.choices(("daily", "weekly", "monthly"), (0.65, 0.3, 0.05))[0]
        self.clerk = pick.randint(1, 28) if pick.random() < 0.08 else None
        for _ in range(pick.randint(6, 14) if small else pick.randint(60, 130)):
            self.honest_return()
        for month in MONTHS:
            for _ in range(pick.choice((0, 0, 1, 1, 2))):
                self.comparison(month)
        if self.fraud is not None:
            _FRAUDS[self.fraud](self)
        self.state()
        self.invented.honest[Rule.BURST] += len(self.closed)
        self.invented.honest[Rule.BEFORE_REPORT_DAY] += 2 * len(MONTHS)
        self.invented.honest[Rule.ZERO_STATED] += len(MONTHS) - 2

    # --- honest work

    def honest_return(self) -> None:
        """A child comes back: most at the beginning of a term."""
        pick = self.random
        term = pick.choices((date(2020, 9, 1), date(2021, 2, 22), None), (0.4, 0.2, 0.4))[0]
        true_on = term + timedelta(pick.randint(0, 24)) if term else FIRST + timedelta(pick.randint(0, (LAST - FIRST).days))
        day = self.entered(true_on)
        child = self.comes_back(day, true_on)
        self.is_seen(child, day, late=pick.random() < 0.03)
        chance = pick.random()
        if chance < 0.04:
            self.drops_out_again(child, true_on, true_on + timedelta(pick.randint(15, 150)))
        elif chance < 0.07:
            elsewhere, moved = f"98{pick.randint(1, 99):04}", day + timedelta(pick.randint(1, 90))
            self.invented.story.seated_elsewhere(child, elsewhere, moved)
            self.invented.story.let_go(
                child, elsewhere, working_day_after(moved, pick.randint(11, 25) if pick.random() < 0.1 else pick.randint(1, 9))
            )
        else:
            self.closes(child, day)
        for rule in (Rule.NO_SEAT, Rule.TWO_SEATS, Rule.OUT_AGAIN):
            self.invented.honest[rule] += 1

    def entered(self, true_on: date) -> date:
        """Return the day on which a return is entered."""
        if self.clerk is None:
            return working_day_after(true_on, self.random.randint(0, 3))
        return _next(true_on, lambda day: day.day == self.clerk)

    def comes_back(self, day: date, true_on: date) -> Child:
        """Tell of a child that was out and is said to be back."""
        child, left = self.child(), true_on - timedelta(self.random.randint(20, 90))
        self.invented.story.out(child, left, left - timedelta(12))
        self.invented.story.back(child, day, true_on=true_on)
        self.out.append((left, day))
        return child

    def is_seen(self, child: Child, day: date, *, late: bool = False) -> None:
        """Its school says that it is in class: within ten school days, or late."""
        self.invented.story.corroborated(child, school_day(day, self.random.randint(12, 25) if late else self.random.randint(1, 8)))

    def drops_out_again(self, child: Child, true_on: date, last_seen: date) -> None:
        """It was seen for the last time on a day, and that is known weeks later."""
        heard = max(last_seen, true_on) + timedelta(self.random.randint(12, 40))
        self.invented.story.out(child, heard, last_seen)

    def closes(self, child: Child, back: date, on: date | None = None) -> None:
        """The observation is over: its file is closed as the county does, and confirmed as the level above does."""
        due, pick = back + timedelta(90), self.random
        habits: Mapping[str, Callable[[date], bool]] = {
            "daily": is_working_day,
            "weekly": lambda day: day.weekday() == 4,
            "monthly": lambda day: day.day == 5,
        }
        day = on or _next(due, habits[self.habit])
        self.invented.story.proposed(child, day)
        confirmed = working_day_after(day, pick.randint(1, 10))
        self.invented.story.confirmed(child, confirmed)
        self.closed["proposed", day] += 1
        self.closed["confirmed", confirmed] += 1

    def comparison(self, month: date, *, reached: bool | None = None) -> None:
        """A comparison names a child, whom the county finds in school or, now and then, does not reach."""
        child, day = self.child(), month + timedelta(self.random.randint(0, 27))
        self.invented.story.compared(child, day)
        if reached if reached is not None else self.random.random() < self.reaches:
            self.invented.story.cleared(child, day + timedelta(self.random.randint(3, 25)))

    def state(self) -> None:
        """State each month how many are out of school; a county that conceals says none."""
        for month in MONTHS:
            day = month + timedelta(26)
            true = sum(left <= day < back for left, back in self.out)
            self.invented.story.stated(self.code, 0 if self.fraud is Rule.ZERO_STATED and month in MONTHS[2:8] else true, day)

    def child(self) -> Child:
        """Return a child more, at one of eight schools."""
        self.children += 1
        return Child(f"{self.random.getrandbits(128):032x}", self.code, f"{self.code}{self.random.randint(1, 8):04}")

    # --- fraud

    def paper_return(self, rule: Rule | None, day: date) -> Child:
        """A return that is none, planted for a rule; its file has all else that an honest one has."""
        child = self.comes_back(day, day)
        if rule is not None:
            self.plant(rule, child.id)
        return child

    def plant(self, rule: Rule, case: str) -> None:
        """Note what a rule is to find."""
        self.invented.planted.add((rule, case))

    def some_day(self) -> date:
        """Return a working day of the year that leaves the rules time."""
        return working_day_after(FIRST + timedelta(self.random.randint(0, 250)), 1)

    def nobody_sees(self) -> None:
        for _ in range(10):
            child = self.paper_return(Rule.NO_SEAT, day := self.some_day())
            if self.random.random() < 0.2:
                self.invented.story.corroborated(child, school_day(day, self.random.randint(7, 30)))
            self.closes(child, day)

    def sits_elsewhere(self) -> None:
        for _ in range(8):
            child = self.paper_return(Rule.TWO_SEATS, day := self.some_day())
            self.is_seen(child, day)
            if self.random.random() < 0.7:
                self.invented.story.seated_elsewhere(child, "980100", day + timedelta(self.random.randint(10, 65)))
            else:
                self.invented.story.corroborated(child, school_day(day, self.random.randint(2, 20)), "/schools/9801000001")

    def closes_in_a_burst(self) -> None:
        for when in (date(2021, 1, 6), date(2021, 4, 7), date(2021, 6, 9)):
            on = when + timedelta(self.random.randint(0, 1))
            for _ in range(self.random.randint(10, 60)):
                child = self.paper_return(None, day := working_day_after(on - timedelta(self.random.randint(95, 125)), 1))
                self.is_seen(child, day)
                self.closes(child, day, on)
            self.plant(Rule.BURST, f"{self.code} {on} proposed")
            del self.closed["proposed", on]

    def before_the_report(self) -> None:
        for month in (MONTHS[2], MONTHS[4], MONTHS[7]):
            for _ in range(self.random.randint(9, 30)):
                child = self.paper_return(None, day := month + timedelta(self.random.randint(11, 14)))
                self.is_seen(child, day)
                self.closes(child, day)
            self.plant(Rule.BEFORE_REPORT_DAY, f"{self.code} {month + timedelta(14)}")

    def gone_again(self) -> None:
        for _ in range(10):
            child = self.paper_return(Rule.OUT_AGAIN, day := self.some_day())
            self.is_seen(child, day)
            self.drops_out_again(child, day, day + timedelta(self.random.randint(-2, 34)))

    def states_zero(self) -> None:
        most = self.random.randint(1, 3)
        for month in MONTHS[2:8]:
            for _ in range(self.random.randint(0, most)):
                self.comparison(month, reached=False)
        self.plant(Rule.ZERO_STATED, self.code)


_FRAUDS: Mapping[Rule, Callable[[_County], None]] = {
    Rule.NO_SEAT: _County.nobody_sees,
    Rule.TWO_SEATS: _County.sits_elsewhere,
    Rule.BURST: _County.closes_in_a_burst,
    Rule.BEFORE_REPORT_DAY: _County.before_the_report,
    Rule.OUT_AGAIN: _County.gone_again,
    Rule.ZERO_STATED: _County.states_zero,
}


def _next(day: date, fits: Callable[[date], bool]) -> date:
    while not fits(day):
        day += timedelta(1)
    return day
