"""Playbooks as an official writes them: what is shipped is sound, and what is not is told with the file and what to mend."""

import hashlib
from datetime import date
from importlib.resources import files

import pytest

from services.case.domain import playbook
from services.case.domain.playbook import PLAYBOOKS, departments, playbook_on, read_playbooks
from shared.contracts.words import Reason
from shared.versions import VersionsUnsound

ROOM = files(playbook.__package__) / "playbooks"
TEXTS = {each.name: each.read_text("utf-8") for each in ROOM.iterdir() if each.name.endswith(".toml")}
PUBLISHED = ROOM / "SHA256SUMS"


def test_every_reason_has_a_playbook_that_begins_with_finding_the_child_and_ends_with_seeing_it_taught() -> None:
    assert set(PLAYBOOKS) == set(Reason)
    for (first,) in PLAYBOOKS.values():
        assert first.steps[0].code == "visit-home"
        assert first.steps[-1].required


@pytest.mark.parametrize(
    ("reason", "steps"),
    [
        (Reason.LEARNING, {"assess-learning", "choose-placement", "tutor"}),
        (Reason.WORK, {"find-employer", "return-jointly", "report-child-labour"}),
        (Reason.MARRIAGE, {"handle-lawfully", "protect-child", "care-after-birth", "teach-at-home"}),
        (Reason.RELIGION, {"handle-lawfully", "meet-jointly"}),
        (Reason.FAMILY, {"refer-to-relief"}),
        (Reason.POVERTY, {"refer-to-relief"}),
        (Reason.ILLNESS, {"assess-by-experts", "choose-schooling"}),
        (Reason.DISTANCE, {"find-boarding", "arrange-transport"}),
    ],
)
def test_a_playbook_has_what_the_opinions_ask_for_by_reason(reason: Reason, steps: set[str]) -> None:
    assert steps <= {each.code for each in PLAYBOOKS[reason][0].steps}


def test_what_was_published_is_as_it_was() -> None:
    sums = dict(line.split("  ")[::-1] for line in PUBLISHED.read_text("utf-8").splitlines())
    assert {name: hashlib.sha256(text.encode()).hexdigest() for name, text in TEXTS.items()} == sums


def test_steps_are_due_by_school_days_or_by_working_days() -> None:
    first = PLAYBOOKS[Reason.LEARNING][0].steps
    assert (first[0].count, first[0].due(date(2020, 7, 10), "510000")) == ("working", date(2020, 7, 17))
    assert (first[1].count, first[1].due(date(2020, 7, 10), "510000")) == ("school", date(2020, 9, 14))


def test_before_the_first_version_the_first_is_in_force() -> None:
    assert playbook_on(Reason.WORK, date(1950, 1, 1)).version == 1


WORK = TEXTS["work.v1.toml"]


def second(text: str = WORK, since: str = "2020-09-01") -> str:
    return text.replace("version = 1", "version = 2").replace("from = 1986-07-01", f"from = {since}")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("work.v1.toml", WORK.replace("days = 5", 'days = "five"', 1), r"work\.v1\.toml: Expected `int`"),
        ("work.v1.toml", WORK.replace("days = 5", "days = 5\ntime = 3", 1), "unknown field `time`"),
        ("work.v1.toml", WORK + "[", r"work\.v1\.toml: "),
        ("work.v1.toml", WORK.replace("days = 5", "days = 0", 1), "visit-home: somebody must do it, and in a day at least"),
        ("work.v1.toml", WORK.replace('"labour"', '"magic"', 1), "find-employer: departments.csv has no office magic"),
        ("work.v1.toml", WORK.replace('after = ["visit-home"]', 'after = ["offer-seat"]', 1), "find-employer: what comes first must stand above it"),
        ("work.v1.toml", WORK.replace('code = "find-employer"', 'code = "visit-home"', 1), "each with a code of its own"),
        ("work.v1.toml", WORK[: WORK.index("[[steps]]")] + "steps = []", "1 to 16 steps"),
        ("labour.v1.toml", WORK, r"the file of this reason and version is work\.v1\.toml"),
        ("work.v2.toml", second(since="1986-07-01"), "in force from a later day"),
        ("work.v3.toml", second().replace("version = 2", "version = 3"), "versions must be 1, 2, 3"),
    ],
)
def test_what_is_wrong_with_a_playbook_is_told_with_its_file(name: str, text: str, says: str) -> None:
    with pytest.raises(VersionsUnsound, match=says):
        read_playbooks(TEXTS | {name: text}, departments())


def test_a_reason_without_a_playbook_is_told() -> None:
    with pytest.raises(VersionsUnsound, match="work: its versions must be"):
        read_playbooks({name: text for name, text in TEXTS.items() if name != "work.v1.toml"}, departments())


def test_a_second_version_is_in_force_from_its_day() -> None:
    both = read_playbooks(TEXTS | {"work.v2.toml": second()}, departments())
    assert [playbook_on(Reason.WORK, day, both).version for day in (date(2020, 8, 31), date(2020, 9, 1))] == [1, 2]
