"""The rules over a record as it lies in Kafka: the command, and what is left out of the record."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.detector import cli
from deploy.detector.counties import AS_OF, invent
from deploy.detector.lives import PARTITIONS, Story
from deploy.detector.record import province_of, read_flags
from deploy.detector.trial import flags_of
from services.reporting.audit.sources import bounds, kafka_topic
from services.reporting.audit.sources.kafka_topic import TopicUnreadable
from services.reporting.audit.sources.log import Bounds
from shared.contracts.oversight_codes import Rule
from shared.contracts.registry import NewerVersion
from shared.events.codec import encode
from tests.components.audit.memory_topic import MemoryTopic
from tests.components.reporting.written_facts import Written
from tests.domain.case.detector.hints import MONDAY, returned

ANY = Bounds(PARTITIONS, {}, ())
ZHAOJUE = "513431"


class Topic(MemoryTopic):
    """The facts of a story as they lie in the record, and after them other values in a partition, the first if none is named."""

    def __init__(self, story: Story, *others: bytes | None, twice: bool = False, home: int = 0) -> None:
        super().__init__(*([] for _ in range(PARTITIONS)))
        for partition, event in story.events():
            for _ in range(1 + twice):
                self.put(partition, encode(event))
        for value in others:
            self.put(home, value)

    def put(self, partition: int, value: bytes | None) -> None:
        self.records[partition].append(Written(partition, len(self.records[partition]), value))


def test_a_record_has_the_flags_of_the_story_that_it_holds() -> None:
    invented = invent(5, 12)
    topic = Topic(invented.story, twice=True)
    done = read_flags(topic, topic.ends(), ANY)
    expected, facts, _ = flags_of(invented)
    assert {each.rule for each in expected} == set(Rule)
    assert [each for each in done.flags if each.day <= AS_OF] == expected
    assert (done.dead, done.too_late) == (0, 0)
    assert done.facts == done.repeats >= facts


def test_a_record_is_judged_as_of_the_newest_day_in_it_or_as_of_a_moment() -> None:
    story = Story()
    returned(story, 1, seen=False)
    topic = Topic(story)
    assert read_flags(topic, topic.ends(), ANY).flags == []  # nobody can tell yet
    returned(story, 2, day=MONDAY.replace(month=12))
    topic = Topic(story)
    assert [each.subject[-1] for each in read_flags(topic, topic.ends(), ANY).flags] == ["1"]
    *_, (_, seen) = story.events()
    before = read_flags(topic, topic.ends(), ANY, until=seen.recordedtime.replace(month=10))
    assert (before.as_of, before.flags, before.facts) == (MONDAY, [], 2)


def test_an_empty_record_has_no_flags_and_no_day() -> None:
    topic = Topic(Story())
    done = read_flags(topic, topic.ends(), ANY)
    assert (done.flags, done.as_of, done.facts) == ([], None, 0)


def changed(story: Story, **attributes: Any) -> bytes:
    """Return the last fact of a story with other attributes."""
    *_, (_, event) = story.events()
    return json.dumps({**json.loads(encode(event)), **attributes}).encode()


@pytest.mark.parametrize(
    "attributes",
    [
        {"type": "cn.baoxue.student.vanished.v1"},
        {"type": "nonsense"},
        {"sequence": "z"},
        {"source": "/relief"},
        {"partitionkey": "f" * 32},
        {"recordedtime": "0001-01-01T00:00:00+14:00"},
        {"time": "9999-12-31T23:00:00-08:00"},
        {"data": {"before": None}},
    ],
)
def test_what_is_no_fact_of_this_record_is_counted_and_not_judged(attributes: dict[str, Any]) -> None:
    story = Story()
    returned(story, 1, seen=True)
    *_, (home, _) = story.events()
    for value, dead in ((changed(story), 2), (changed(story, **attributes), 3)):
        topic = Topic(Story(), b"{", None, value, home=home)
        done = read_flags(topic, topic.ends(), ANY)
        assert (done.dead, done.flags) == (dead, [])


def test_a_fact_beyond_the_end_of_its_input_topic_is_nobodys() -> None:
    story = Story()
    returned(story, 1, seen=False)
    topic = Topic(story)
    ends = {source: dict.fromkeys(range(PARTITIONS), 0) for source in ("/enrolment", "/case")}
    assert read_flags(topic, topic.ends(), replace(ANY, inputs=ends)).dead == len(story.told)


def test_a_version_newer_than_the_code_ends_the_reading() -> None:
    story = Story()
    returned(story, 1)
    topic = Topic(Story(), changed(story, type="cn.baoxue.case.return-corroborated.v9"))
    with pytest.raises(NewerVersion, match=r"knows .*return-corroborated up to v1"):
        read_flags(topic, topic.ends(), ANY)


def test_school_days_are_those_of_the_countys_province() -> None:
    assert [province_of(code) for code in (ZHAOJUE, "990001")] == ["510000", "100000"]


# --- the command

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    story = Story()
    for n in range(12):
        returned(story, n, day=MONDAY, seen=n > 0, county=ZHAOJUE if n else "622926")
    returned(story, 99, day=MONDAY.replace(month=12), county=ZHAOJUE)
    topic = Topic(story, b"{")
    monkeypatch.setattr(kafka_topic, "KafkaTopic", lambda brokers: topic)
    monkeypatch.setattr(bounds, "read_bounds", lambda brokers, partitions: ANY)
    monkeypatch.setattr(cli.out, "width", 200)
    return lambda *arguments: CliRunner(env={"COLUMNS": "200"}).invoke(cli.app, ["flags", *arguments])


def test_flags_are_listed_by_county_with_evidence_and_what_would_clear_them(run: Run) -> None:
    done = run()
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "2 flags as of 2020-12-12, 38 facts read. A flag is a hint, no finding."
    assert [line for line in lines if not line.startswith((" ", "2"))] == ["513431 昭觉县", "622926 东乡族自治县", lines[-1]]
    assert lines[2] == "  2020-10-15 before_report_day /counties/513431 left the count (since 2020-10-12, rulebook 1)"
    assert lines[3].startswith("      evidence: ")
    assert lines[3].endswith(" and 8 more")
    assert "cleared by: For each child a corroboration from before the report day" in lines[4]
    assert lines[-1] == "Not judged: 1 records that are no facts of this record, 0 facts that came too late."


def test_an_area_or_a_rule_is_chosen(run: Run) -> None:
    for arguments, expected in {("--area", "620000"): ["622926"], ("--rule", "before_report_day"): [ZHAOJUE], ("--area", "110000"): []}.items():
        document = json.loads(run(*arguments, "--json").stdout)
        assert [each["county"] for each in document["flags"]] == expected


def test_machines_get_all_evidence_and_the_words_of_both_languages(run: Run) -> None:
    first, _ = json.loads(run("--json").stdout)["flags"]
    assert len(first["evidence"]) == 11
    assert first["clears_zh"].startswith("逐生的佐证")


def test_a_moment_is_chosen(run: Run) -> None:
    assert run("--until", "2020-10-15").stdout.startswith("1 flags as of 2020-10-15, 35 facts read.")
    assert run("--until", "0=0,1=0,2=0,3=0").stdout.startswith("0 flags as of no day, 0 facts read.")


@pytest.mark.parametrize(("arguments", "says"), [(("--area", "999999"), "--area"), (("--until", "June"), "--until"), (("--rule", "luck"), "--rule")])
def test_a_bad_argument_is_told_with_its_option(run: Run, arguments: tuple[str, ...], says: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert says in done.output


@pytest.mark.parametrize("failure", [TopicUnreadable("No Kafka here. Start it."), NewerVersion("x.v9: this code knows x up to v1")])
def test_a_record_that_cannot_be_read_is_told_in_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def fail(brokers: object) -> None:
        raise failure

    monkeypatch.setattr(kafka_topic, "KafkaTopic", fail)
    done = run()
    assert done.exit_code == 2
    assert str(failure) in done.output
