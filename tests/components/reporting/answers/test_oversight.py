"""The flags, samples and re-checks of an area: to whom they are told, of which counties, and that they add up."""

from typing import Any

import pytest

from services.reporting.answers.oversight import oversight_of
from services.reporting.view.rolled_up import RolledUp
from tests.components.reporting.counted_facts import folded, remembered
from tests.components.reporting.oversight_facts import BACK, cleared, confirmed, drawn, flagged, oversight, rechecked, sampled
from tests.components.reporting.screen import JINYANG, NATION, NO_TIME, URUMQI, ZHAOJUE, Screen
from tests.components.shared.problems import problem_of
from tests.support.callers import carrying

AT_JINYANG = {**BACK, "county": JINYANG}
RECORD = (
    flagged(1),
    flagged(2, "out_again"),
    cleared(3),
    flagged(4, county=JINYANG),
    confirmed(5, county=JINYANG),
    oversight("flagged", 6, URUMQI, rule="burst"),
    sampled(7, size=3, county=JINYANG),
    drawn(8, AT_JINYANG),
    rechecked(9, "not_in_school", AT_JINYANG),
    rechecked(10, "in_school", AT_JINYANG),
)
"""昭觉县 has a cleared flag and an open one, 金阳县 a confirmed one and a sample of which two files were seen, 天山区 an open one of its own."""
PREFECTURE, PROVINCE = "513400", "510000"


@pytest.fixture
def screen() -> Screen:
    return Screen(remembered(folded(*RECORD)))


async def asked(screen: Screen, area: str, *who: str) -> Any:
    return await screen.client.get("/v1/oversight", params={"area": area}, headers=carrying(*who))


def told(flags: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Return the flags that there are: by rule and state, without zeros."""
    having = {rule: {state: n for state, n in states.items() if n} for rule, states in flags.items()}
    return {rule: states for rule, states in having.items() if states}


async def test_an_area_has_the_flags_and_samples_of_its_counties_and_names_those_that_have_any(screen: Screen) -> None:
    document = (await asked(screen, PREFECTURE, f"/prefectures/{PREFECTURE}", "superior")).json()
    assert document["area"] == {"code": PREFECTURE, "name": "凉山彝族自治州", "level": "prefecture"}
    assert told(document["flags"]) == {"no_seat": {"cleared": 1, "confirmed": 1}, "out_again": {"open": 1}}
    found = {"in_school": 1, "not_in_school": 1, "lawfully_absent": 0, "other": 0}
    assert document["samples"] == {"drawn": 1, "files": 3, "told": 1, "found": found}
    jinyang, zhaojue = document["counties"]
    assert ((jinyang["code"], jinyang["name"]), (zhaojue["code"], zhaojue["name"])) == ((JINYANG, "金阳县"), (ZHAOJUE, "昭觉县"))
    assert (told(jinyang["flags"]), jinyang["samples"]["files"]) == ({"no_seat": {"confirmed": 1}}, 3)
    assert (told(zhaojue["flags"]), zhaojue["samples"]["drawn"]) == ({"no_seat": {"cleared": 1}, "out_again": {"open": 1}}, 0)
    assert len(zhaojue["flags"]) == 6, "a rule without a flag says 0"
    assert document["as_of"]["offsets"] == {"0": 1}


async def test_every_level_adds_up(screen: Screen) -> None:
    view = RolledUp(screen.reader.memory)
    for area in (NATION, PROVINCE, PREFECTURE, "watch52"):
        document = oversight_of(view, area, NO_TIME)
        for rule, states in document.flags.items():
            for state, n in states.items():
                assert n == sum(county.flags[rule][state] for county in document.counties)
        assert document.samples.files == sum(county.samples.files for county in document.counties)
        assert document.samples.found == {of: sum(county.samples.found[of] for county in document.counties) for of in document.samples.found}


async def test_a_code_that_has_not_begun_has_what_was_recorded_under_it_and_counts_in_the_county_before_it() -> None:
    screen = Screen(remembered(folded(flagged(1, county="370614"))))
    itself, before = [(await asked(screen, code, "/nation", "auditor")).json() for code in ("370614", "370684")]
    assert told(itself["flags"]) == told(before["flags"]) == {"no_seat": {"open": 1}}
    assert (itself["area"]["predecessor"], itself["counties"], [each["code"] for each in before["counties"]]) == ("370684", [], ["370684"])


@pytest.mark.parametrize("role", ["officer", "sender", "reporter", "statistician", "operator"])
async def test_who_has_no_right_is_told_nothing(screen: Screen, role: str) -> None:
    answer = await asked(screen, ZHAOJUE, f"/counties/{ZHAOJUE}", role)
    assert (answer.status_code, problem_of(answer)) == (403, "no-right")
    assert (await screen.client.get("/v1/oversight")).status_code == 401


@pytest.mark.parametrize("area", [NATION, PROVINCE, URUMQI, "watch52"])
async def test_who_has_the_right_in_an_area_is_told_nothing_of_another(screen: Screen, area: str) -> None:
    answer = await asked(screen, area, f"/prefectures/{PREFECTURE}", "superior")
    assert (answer.status_code, problem_of(answer)) == (403, "no-right")


async def test_an_area_that_does_not_exist_is_told_to_be_none(screen: Screen) -> None:
    answer = await asked(screen, "999999", "/nation", "auditor")
    assert (answer.status_code, problem_of(answer)) == (404, "unknown-area")


async def test_no_open_answer_tells_of_flags(screen: Screen) -> None:
    for path in ("/v1/counts", "/v1/headline", "/v1/flows", "/v1/map", "/v1/areas"):
        answer = await screen.client.get(path)
        assert answer.status_code == 200
        assert not {"flag", "recheck", "sample"} & {word for word in ("flag", "recheck", "sample") if word in answer.text}


async def test_an_auditor_reads_them_among_all_cells(screen: Screen) -> None:
    lines = (await screen.client.get("/v1/cells", headers=carrying("/nation", "auditor"))).text.splitlines()
    (zhaojue,) = [line for line in lines if f'"county":"{ZHAOJUE}"' in line]
    assert '"flag.no_seat.cleared":1' in zhaojue
    assert '"flag.out_again.open":1' in zhaojue
    assert "flag.no_seat.open" not in zhaojue
