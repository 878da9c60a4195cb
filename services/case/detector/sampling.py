"""The sample for re-check: which files of a period may be drawn, how many of each county, and which ones a seed draws. Pure.

All of it follows from the record, the dated rules and the seed, so that anybody can draw the same sample again. The files of a period are those
whose child came back or that were closed by return in it, by the day on which that was known; left out are those that the drawing office itself
closed. A county whose numbers moved fast or far gives more. Within a county the seed orders the files by a hash, and the first are drawn.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated

from msgspec import Meta, Struct

from shared.contracts.case import CaseFact, CasePutUnderObservation
from shared.contracts.case_codes import CaseState
from shared.contracts.case_offices import CaseClosedByReturn
from shared.versions import in_force, in_order, read_each, shipped

Count = Annotated[int, Meta(ge=1, le=100_000)]
Percent = Annotated[int, Meta(ge=1, le=100)]
Times = Annotated[int, Meta(ge=1, le=20)]
_OUT = (CaseState.OPEN, CaseState.PERSUADING)


class SampleRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"since": "from"}):
    """A version of the rules, in force since a day. ``fast_percent``: of the files at work when the period began; ``far_children``: how many."""

    version: int
    since: date
    source_zh: str
    source_en: str
    share: Percent
    at_least: Count
    at_most: Count
    fast_percent: Percent
    fast_times: Times
    far_children: Count
    far_times: Times

    def size(self, population: int, out: int) -> int:
        """Return how many are drawn of a county. ``out``: how many of its files were at work when the period began."""
        times = (self.fast_times if 100 * population >= self.fast_percent * out else 1) * (self.far_times if population >= self.far_children else 1)
        wanted = -(-population * self.share * times // 100)
        return min(population, max(self.at_least, min(self.at_most, wanted)))


def read_samples(texts: Mapping[str, str]) -> Sequence[SampleRules]:
    """Return the rules in texts by their file names, the first version first. Raises ``VersionsUnsound``."""
    return in_order(read_each(texts, SampleRules, _fault_of), "the sample")


def _fault_of(rules: SampleRules, name: str) -> str | None:
    if name != f"sample.v{rules.version}.toml":
        return f"the file of this version is sample.v{rules.version}.toml"
    return "at_least must not be more than at_most" if rules.at_least > rules.at_most else None


SAMPLES = read_samples(shipped(__package__, "samples"))


def sample_rules_on(on: date) -> SampleRules:
    """Return the rules in force on a day; before the first, the first."""
    return in_force(SAMPLES, on)


class Sampled(Struct, frozen=True):
    """What is drawn of a county: of how many files, and which."""

    county: str
    population: int
    drawn: Sequence[str]

    @property
    def digest(self) -> str:
        """Return the digest by which the sample is known: the SHA-256 of the ids in ascending order, a line each."""
        return sha256("\n".join(sorted(self.drawn)).encode()).hexdigest()


class Frame:
    """The files of a period from which an office may draw. ``counties``: those below it."""

    def __init__(self, office: str, since: date, until: date, counties: Collection[str]) -> None:
        self.office, self.since, self.until = office, since, until
        self._counties = counties
        self._out: Counter[str] = Counter()
        self._files: dict[str, str] = {}
        self._own: set[str] = set()

    def take(self, day: date, child: str, fact: CaseFact) -> None:
        """Fold in a fact of a file that was known on a day; in the order of the record for each child."""
        if day < self.since:
            if fact.after.state in _OUT:
                self._out[fact.after.county] += 1
            if fact.before is not None and fact.before.state in _OUT:
                self._out[fact.before.county] -= 1
        elif day <= self.until and isinstance(fact, CasePutUnderObservation | CaseClosedByReturn):
            self._files[child] = fact.after.county
            if isinstance(fact, CaseClosedByReturn) and self.office in (fact.office, fact.proposed_by):
                self._own.add(child)

    def draw(self, rules: SampleRules, seed: str) -> Sequence[Sampled]:
        """Return what a seed draws of each county that has any, in the order of their codes."""
        order = _order(self, seed)
        by_county: dict[str, list[str]] = defaultdict(list)
        for child, county in self._files.items():
            if county in self._counties and child not in self._own:
                by_county[county].append(child)
        return [
            Sampled(county, len(files), sorted(sorted(files, key=order)[: rules.size(len(files), self._out[county])]))
            for county, files in sorted(by_county.items())
        ]


def _order(frame: Frame, seed: str) -> Callable[[str], bytes]:
    begin = f"{seed}\n{frame.office}\n{frame.since}\n{frame.until}\n"
    return lambda child: sha256(f"{begin}{child}".encode()).digest()
