"""The sample for re-check: anybody draws the same with the seed, a county gives more where its numbers move, and nobody draws what it closed."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.case.detector import sampling
from services.case.detector.sampling import SAMPLES, Frame, Sampled, SampleRules, read_samples, sample_rules_on
from shared.contracts.case import CaseFact, CaseOpened, CasePutUnderObservation
from shared.contracts.case_codes import CaseStanding, CaseState, ClosingOutcome
from shared.contracts.case_offices import CaseClosedByReturn
from shared.contracts.words import Reason
from shared.versions import VersionsUnsound
from tests.domain.case.case_story import BUTUO, CHONGMING, OFFICE, PREFECTURE, PROVINCE, ZHAOJUE

ROOM = files(sampling.__package__) / "samples"
TEXTS = {each.name: each.read_text("utf-8") for each in ROOM.iterdir() if each.name.endswith(".toml")}
NAME = "sample.v1.toml"
FIRST, LAST = date(2020, 6, 1), date(2020, 6, 30)
DAY = date(2020, 6, 10)
COUNTIES = (ZHAOJUE, BUTUO)
RULES = SAMPLES[0]
SEED = "seed-2020-06"
Told = tuple[date, str, CaseFact]


def standing(state: CaseState, county: str = ZHAOJUE) -> CaseStanding:
    return CaseStanding(state, county, Reason.WORK, 0, None if state is CaseState.CLOSED else DAY)


def child(n: int) -> str:
    return f"{n:032x}"


def out(n: int, day: date = FIRST - timedelta(1), county: str = ZHAOJUE) -> Told:
    return day, child(n), CaseOpened(fact="0000000000000000-0000", before=None, after=standing(CaseState.OPEN, county))


def back(n: int, day: date = DAY, county: str = ZHAOJUE) -> Told:
    before, after = standing(CaseState.OPEN, county), standing(CaseState.RETURNED, county)
    return day, child(n), CasePutUnderObservation(fact="0000000000000000-0000", before=before, after=after)


def closed(n: int, day: date = DAY, office: str = PREFECTURE, by: str = OFFICE) -> Told:
    before, after = standing(CaseState.CLOSING), standing(CaseState.CLOSED)
    return day, child(n), CaseClosedByReturn(before=before, after=after, office=office, outcome=ClosingOutcome.SUSTAINED, proposed_by=by)


def frame(*told: Told, office: str = PROVINCE, since: date = FIRST, until: date = LAST) -> Frame:
    made = Frame(office, since, until, COUNTIES)
    for day, id_, fact in told:
        made.take(day, id_, fact)
    return made


def drawn(*told: Told, office: str = PROVINCE, seed: str = SEED) -> dict[str, Sampled]:
    return {each.county: each for each in frame(*told, office=office).draw(RULES, seed)}


def test_the_files_that_came_back_or_were_closed_in_the_period_may_be_drawn() -> None:
    told = [back(1), closed(2), back(3, FIRST), back(4, LAST), back(5, FIRST - timedelta(1)), back(6, LAST + timedelta(1)), out(7, DAY)]
    assert drawn(*told)[ZHAOJUE].population == 4
    assert drawn(back(1), closed(1))[ZHAOJUE].population == 1
    assert drawn(back(1), back(2, county=CHONGMING)).keys() == {ZHAOJUE}


def test_a_file_is_of_the_county_in_which_it_last_came_back() -> None:
    assert {county: each.population for county, each in drawn(back(1), back(1, county=BUTUO), back(2)).items()} == {BUTUO: 1, ZHAOJUE: 1}


def test_what_an_office_closed_itself_it_does_not_draw() -> None:
    told = [back(1), closed(2, office=PREFECTURE), closed(3, office=PROVINCE), closed(4, office="/nation", by=PREFECTURE)]
    assert drawn(*told, office=PREFECTURE)[ZHAOJUE].population == 2
    assert drawn(*told, office=PROVINCE)[ZHAOJUE].population == 3


@pytest.mark.parametrize(
    ("population", "at_work", "size"),
    [(1, 100, 1), (2, 100, 2), (30, 1000, 2), (49, 1000, 3), (49, 98, 5), (49, 99, 3), (50, 1000, 5), (50, 100, 10), (50, 0, 10), (9000, 90_000, 40)],
)
def test_a_county_gives_more_where_its_numbers_moved_fast_or_far(population: int, at_work: int, size: int) -> None:
    assert RULES.size(population, at_work) == size
    before = [out(n) for n in range(at_work)]
    if population < 1000 > at_work:
        assert len(drawn(*before, *(back(n) for n in range(population)))[ZHAOJUE].drawn) == size


def test_what_was_at_work_is_counted_when_the_period_begins() -> None:
    earlier = [out(1), out(2), out(3), back(3, FIRST - timedelta(1)), out(4, FIRST), out(5, county=BUTUO)]
    assert frame(*earlier, back(1))._out == {ZHAOJUE: 2, BUTUO: 1}


ALL = [back(n) for n in range(200)]


def test_the_same_seed_draws_the_same_files_and_another_one_others() -> None:
    once, again, other = drawn(*ALL), drawn(*reversed(ALL)), drawn(*ALL, seed="seed-another")
    assert once == again
    assert once[ZHAOJUE].drawn != other[ZHAOJUE].drawn
    assert once[ZHAOJUE].digest != other[ZHAOJUE].digest
    assert list(once[ZHAOJUE].drawn) == sorted(once[ZHAOJUE].drawn)
    assert once[ZHAOJUE].digest == hashlib.sha256("\n".join(once[ZHAOJUE].drawn).encode()).hexdigest()


def test_neither_the_office_nor_the_period_draws_what_another_draws_with_the_same_seed() -> None:
    made = [frame(*ALL), frame(*ALL, office="/nation"), frame(*ALL, since=FIRST + timedelta(1)), frame(*ALL, until=LAST - timedelta(1))]
    assert len({each.draw(RULES, SEED)[0].digest for each in made}) == 4


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 50), st.integers(1, 60))
def test_each_file_is_as_likely_as_any_other_and_no_more_are_drawn_than_there_are(salt: int, at_work: int, population: int) -> None:
    told = [*(out(n + 1000) for n in range(at_work)), *(back(n) for n in range(population))]
    told.sort(key=lambda each: hashlib.sha256(f"{salt}{each[1]}".encode()).digest())
    (found,) = frame(*told).draw(RULES, f"seed-{salt:04}")
    assert (found.population, len(found.drawn)) == (population, RULES.size(population, at_work))
    assert len(set(found.drawn)) == len(found.drawn)
    assert set(found.drawn) <= {child(n) for n in range(population)}


def test_over_many_seeds_every_file_is_drawn_about_as_often() -> None:
    told = frame(*(back(n) for n in range(20)))
    times = [0] * 20
    for n in range(600):
        for id_ in told.draw(RULES, f"seed-{n:06}")[0].drawn:
            times[int(id_, 16)] += 1
    assert sum(times) == 1200
    assert all(30 <= each <= 95 for each in times), times


# --- the rules as dated data


def test_what_was_published_is_as_it_was() -> None:
    sums = dict(line.split("  ")[::-1] for line in (ROOM / "SHA256SUMS").read_text("utf-8").splitlines())
    assert {name: hashlib.sha256(text.encode()).hexdigest() for name, text in TEXTS.items()} == sums


def test_a_later_version_is_in_force_from_its_day() -> None:
    later = TEXTS[NAME].replace("version = 1", "version = 2").replace("from = 2019-01-01", "from = 2024-01-01")
    assert [each.version for each in read_samples({NAME: TEXTS[NAME], "sample.v2.toml": later})] == [1, 2]
    assert sample_rules_on(date(1990, 1, 1)) is SAMPLES[0]
    assert isinstance(SAMPLES[-1], SampleRules)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"sample.v3.toml": TEXTS[NAME]}, "the file of this version is sample.v1.toml"),
        ({NAME: TEXTS[NAME].replace("at_least = 2", "at_least = 41")}, "at_least must not be more than at_most"),
        ({NAME: TEXTS[NAME].replace("share = 5", "share = 0")}, "share"),
        ({NAME: TEXTS[NAME] + "more = 1\n"}, "more"),
        ({}, "versions must be 1, 2, 3"),
    ],
)
def test_rules_that_cannot_be_are_told_with_the_file_and_what_to_mend(texts: dict[str, str], says: str) -> None:
    with pytest.raises(VersionsUnsound, match=says):
        read_samples(texts)
