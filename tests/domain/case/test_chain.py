"""The chain of those who answer, as an official writes it: what is not sound is told with file, field and what to mend."""

import hashlib
from datetime import date
from importlib.resources import files

import pytest

from services.case.domain import chain
from services.case.domain.chain import CHAINS, chain_in, read_chains
from shared.contracts.case_codes import Role
from shared.geography.divisions import divisions
from shared.versions import VersionsUnsound

ROOM = files(chain.__package__) / "chains"
TEXTS = {each.name: each.read_text("utf-8") for each in ROOM.iterdir() if each.name.endswith(".toml")}
NATION = TEXTS["100000.v1.toml"]
ZHAOJUE, CHONGMING = "513431", "310151"


def link(role: str, line: str, level: str) -> str:
    return f'[[links]]\nrole = "{role}"\nline = "{line}"\nlevel = "{level}"\nzh = "某"\nen = "Somebody"\n'


def own(version: int = 1, since: str = "2020-09-01", area: str = ZHAOJUE) -> str:
    """A chain of a county: the bureau and its schools."""
    head = f'area = "{area}"\nversion = {version}\nfrom = {since}\nbegins = "education_head"\nsource_zh = "某"\nsource_en = "Some"\n'
    return head + link("education_head", "education", "county") + link("principal", "education", "school")


def test_what_was_published_is_as_it_was() -> None:
    sums = dict(line.split("  ")[::-1] for line in (ROOM / "SHA256SUMS").read_text("utf-8").splitlines())
    assert {name: hashlib.sha256(text.encode()).hexdigest() for name, text in TEXTS.items()} == sums


def test_the_nations_chain_is_of_the_seven_heads_and_begins_with_the_countys_education_office() -> None:
    nation = chain_in(ZHAOJUE, date(2020, 6, 14))
    assert [each.role for each in nation.links] == [role for role in Role if role is not Role.OFFICER]
    assert (nation.area, nation.begins) == ("100000", Role.EDUCATION_HEAD)
    assert all(each.zh and each.en for each in nation.links)
    assert "[L" in nation.source_zh


def test_every_chain_is_of_the_nation_or_of_a_county_that_there_is() -> None:
    assert set(CHAINS) - {"100000"} <= divisions().counties.keys()


def test_a_county_has_its_own_chain_from_its_day_on() -> None:
    assert chain_in(CHONGMING, date(2019, 8, 31)).area == "100000"
    assert chain_in(CHONGMING, date(2019, 9, 1)).area == CHONGMING
    assert chain_in(CHONGMING, date(2019, 9, 1)).link_of(Role.VILLAGE_HEAD) is None
    chains = read_chains(TEXTS | {f"{ZHAOJUE}.v1.toml": own(), f"{ZHAOJUE}.v2.toml": own(2, "2021-09-01")})
    days = (date(2020, 8, 31), date(2020, 9, 1), date(2021, 8, 31), date(2021, 9, 1))
    assert [(found.area, found.version) for found in (chain_in(ZHAOJUE, day, chains) for day in days)] == [
        ("100000", 1), (ZHAOJUE, 1), (ZHAOJUE, 1), (ZHAOJUE, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("100000.v1.toml", NATION.replace('line = "government"', 'line = "party"', 1), r"100000\.v1\.toml: Invalid enum value 'party' .*links"),
        ("100000.v1.toml", NATION.replace("version = 1", 'version = "one"'), r"100000\.v1\.toml: Expected `int`"),
        (f"{ZHAOJUE}.v2.toml", own(), rf"{ZHAOJUE}\.v2\.toml: area, version: the file of this area and version is {ZHAOJUE}\.v1\.toml"),
        (f"{ZHAOJUE}.v3.toml", own(3), "must be 1, 2, 3"),
        (f"{ZHAOJUE}.v1.toml", own(area="昭觉"), "area: it must be six digits"),
        (f"{ZHAOJUE}.v1.toml", own() + link("principal", "government", "school"), "links: each role stands once; take out the second principal"),
        (f"{ZHAOJUE}.v1.toml", own() + link("officer", "government", "county"), "links: officer is no head of a chain"),
        (f"{ZHAOJUE}.v1.toml", own().replace('begins = "education_head"', 'begins = "principal"'), "begins: principal must be a role of the links"),
        (f"{ZHAOJUE}.v1.toml", own().replace('begins = "education_head"', 'begins = "teacher"'), "begins: teacher must be a role of the links"),
        (f"{ZHAOJUE}.v1.toml", own() + link("teacher", "education", "school"), "links: those of the line education must stand from the county down"),
        (f"{ZHAOJUE}.v1.toml", own() + link("county_head", "education", "county"), "links: those of the line education must stand from the county"),
    ],
)
def test_what_is_wrong_with_a_chain_is_told_with_its_file_its_field_and_what_to_mend(name: str, text: str, says: str) -> None:
    with pytest.raises(VersionsUnsound, match=says):
        read_chains(TEXTS | {name: text})


def test_two_versions_of_a_county_are_in_force_one_after_the_other() -> None:
    with pytest.raises(VersionsUnsound, match="in force from a later day"):
        read_chains(TEXTS | {f"{ZHAOJUE}.v1.toml": own(), f"{ZHAOJUE}.v2.toml": own(2)})


def test_without_the_nations_chain_there_is_none() -> None:
    with pytest.raises(VersionsUnsound, match=r"100000\.v1\.toml: there must be a chain of the nation"):
        read_chains({f"{ZHAOJUE}.v1.toml": own()})
