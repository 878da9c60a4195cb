"""A trial of the rules on invented counties: what was planted and found, and what was honest and flagged, by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.detector.counties import AS_OF, Case, Invented, invent
from deploy.detector.lives import PARTITIONS
from services.case.detector.detector import Detector
from services.case.detector.flags import Flag
from services.case.detector.rulebook import RULEBOOKS, RuleOf, rulebook_on
from shared.calendar.school_days import NATION
from shared.contracts.oversight_codes import Rule


@dataclass(frozen=True)
class Score:
    """What a rule did. ``honest``: the cases that it had to leave alone, be the county honest or one with fraud of another kind."""

    rule: Rule
    planted: int
    found: int
    honest: int
    false_alarms: int
    promised: RuleOf

    @property
    def recall(self) -> float:
        """Return the found of a hundred planted cases."""
        return 100 * self.found / self.planted if self.planted else 100.0

    @property
    def false_rate(self) -> float:
        """Return the flagged of a thousand honest cases."""
        return 1000 * self.false_alarms / self.honest if self.honest else 0.0

    @property
    def kept(self) -> bool:
        """Return whether the rule does what its rulebook promises."""
        return self.recall >= self.promised.recall and self.false_rate <= self.promised.false_alarms


@dataclass(frozen=True)
class Trial:
    """The scores, and how much was read and held for them."""

    scores: Sequence[Score]
    facts: int
    most_held: int


def try_rules(seed: int, counties: int) -> Trial:
    """Invent counties from a seed, run the rules over their record, and score them."""
    invented = invent(seed, counties)
    flags, facts, most_held = flags_of(invented)
    found = {case_of(flag) for flag in flags}
    promised = rulebook_on(RULEBOOKS, AS_OF)
    false = Counter(rule for rule, _ in found - invented.planted)
    return Trial(
        [
            Score(
                rule,
                planted=sum(each is rule for each, _ in invented.planted),
                found=sum(each is rule for each, _ in invented.planted & found),
                honest=invented.honest[rule],
                false_alarms=false[rule],
                promised=promised.rule(rule),
            )
            for rule in Rule
        ],
        facts,
        most_held,
    )


def flags_of(invented: Invented) -> tuple[list[Flag], int, int]:
    """Return the flags of invented counties, how many facts were read, and how many children were held at most."""
    detector, facts, most = Detector(range(PARTITIONS), lambda county: NATION), 0, 0
    for partition, happening in invented.story.record():
        if happening.day <= AS_OF:
            detector.take(partition, happening)
            facts, most = facts + 1, max(most, detector.held)
    return detector.finish(AS_OF), facts, most


def case_of(flag: Flag) -> Case:
    """Return the case that a flag speaks of."""
    match flag.rule:
        case Rule.BURST:
            return flag.rule, f"{flag.county} {flag.day} {flag.subject.rpartition(' ')[2]}"
        case Rule.BEFORE_REPORT_DAY:
            return flag.rule, f"{flag.county} {flag.day}"
        case Rule.ZERO_STATED:
            return flag.rule, flag.county
        case _:
            return flag.rule, flag.subject
