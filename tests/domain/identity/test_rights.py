"""The table of rights, cell by cell from the page that people read."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.geography.divisions import divisions
from shared.identity.caller import Caller, Role, roles_of
from shared.identity.offices import NATIONAL, counties_of_office
from shared.identity.rights import Action, area_of, may

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 27)
COUNTY, PREFECTURE, PROVINCE, SCHOOL = "/counties/513431", "/prefectures/513400", "/provinces/51", "/schools/5134310001"
OFFICES = (NATIONAL, PROVINCE, PREFECTURE, COUNTY, SCHOOL)
CELLS = [
    (action.strip("` "), role, reach.strip())
    for line in (ROOT / "docs/reference/rights.md").read_text("utf-8").splitlines()
    if line.count("|") == len(Role) + 2 and line.startswith("| `")
    for action, *reaches in [line.strip("|").split("|")]
    for role, reach in zip(Role, reaches, strict=True)
]


def caller(office: str, *roles: Role) -> Caller:
    return Caller("somebody", office, frozenset(roles))


def test_the_page_has_every_cell() -> None:
    assert [(action, role) for action, role, _ in CELLS] == [(action, role) for action in Action for role in Role]


@pytest.mark.parametrize(("action", "role", "reach"), CELLS)
@pytest.mark.parametrize("office", OFFICES)
def test_a_role_has_the_right_that_the_page_says(action: str, role: Role, reach: str, office: str) -> None:
    asking = caller(office, role)
    everything_below = counties_of_office(office, TODAY)
    match reach:
        case "-":
            expected = (False, frozenset[str]())
        case "own":
            expected = (True, frozenset())
        case "area":
            expected = (True, everything_below)
        case "nation":
            expected = (office == NATIONAL, everything_below if office == NATIONAL else frozenset())
        case _:
            raise AssertionError(reach)
    assert (may(asking, Action(action)), area_of(asking, Action(action), TODAY)) == expected


def test_whoever_has_no_role_may_nothing() -> None:
    assert not any(may(caller(NATIONAL), action) for action in Action)


@given(st.sampled_from(OFFICES), st.frozensets(st.sampled_from(Role)), st.sampled_from(Action))
def test_several_roles_have_the_rights_of_all_and_no_more(office: str, roles: frozenset[Role], action: Action) -> None:
    alone = [caller(office, role) for role in roles]
    together = caller(office, *roles)
    assert may(together, action) == any(may(each, action) for each in alone)
    assert area_of(together, action, TODAY) == frozenset().union(*(area_of(each, action, TODAY) for each in alone))


@given(st.sampled_from(OFFICES), st.frozensets(st.sampled_from(Role)), st.sampled_from(Action), st.sampled_from(sorted(divisions().counties)))
def test_no_right_reaches_beyond_the_office(office: str, roles: frozenset[Role], action: Action, county: str) -> None:
    if county in area_of(caller(office, *roles), action, TODAY):
        assert county in counties_of_office(office, TODAY)
        assert may(caller(office, *roles), action)


def test_who_keeps_the_system_running_and_who_counts_have_no_right_to_a_child() -> None:
    of_children = (Action.READ_FILES, Action.READ_GRANTS, Action.READ_TRANSFERS, Action.PREVIEW_MERGES, Action.READ_RECEIPTS)
    assert not any(may(caller(NATIONAL, Role.OPERATOR, Role.STATISTICIAN), action) for action in of_children)


def test_roles_of_an_issuer_that_mean_nothing_here_are_passed_over() -> None:
    assert roles_of(["sender", "uma_authorization", "Auditor"]) == {Role.SENDER}
