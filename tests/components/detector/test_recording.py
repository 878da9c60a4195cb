"""What the rules found and what was drawn, as lines for case's api: each is taken by it, once, and a sample is drawn again from the record."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from deploy.detector import cli, draws, recording
from deploy.detector.lives import PARTITIONS
from deploy.detector.recording import NotRecorded, line_of_flag, lines_of_sample, record
from services.case.detector.flags import Flag
from services.case.detector.sampling import SAMPLES
from services.reporting.audit.sources import bounds, kafka_topic
from services.reporting.audit.sources.log import Bounds
from shared.clock import CHINA
from shared.contracts.case_codes import Role
from shared.contracts.flag_commands import DrawSample, RaiseFlag
from shared.contracts.flags import CaseDrawn, SampleDrawn
from shared.contracts.oversight_codes import FlaggedAct, Rule
from shared.contracts.sequence import sequence_of
from shared.events.codec import encode
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.partitioner import partition_of
from tests.components.audit.memory_topic import MemoryTopic
from tests.components.case.case_desk import CaseDesk
from tests.components.reporting.written_facts import Written
from tests.components.shared.office_desk import CHILD
from tests.domain.case.case_story import OFFICE, PREFECTURE, PROVINCE, ZHAOJUE, back, opened
from tests.domain.case.detector.test_sampling import DAY, FIRST, LAST, child, closed, out, standing
from tests.domain.case.detector.test_sampling import back as came_back
from tests.domain.case.flag_story import FEBRUARY, JANUARY, fact_id
from tests.support.callers import carrying
from tests.support.redis import RedisDatabase

AUDITOR, OF_PROVINCE = carrying("/nation", "auditor", sub="auditor"), carrying(PROVINCE, "superior", sub="superior")
IDS = tuple(fact_id(n) for n in range(70))


def flag(rule: Rule, subject: str, *evidence: str, office: str | None = None) -> Flag:
    return Flag(ZHAOJUE, FEBRUARY, rule, subject, JANUARY, 1, evidence or IDS[:2], office)


FLAGS = [
    flag(Rule.NO_SEAT, CHILD, office=PROVINCE),
    flag(Rule.OUT_AGAIN, CHILD, office="/case/policies"),
    flag(Rule.BURST, f"{OFFICE} officer proposed"),
    flag(Rule.BURST, f"{OFFICE} - closed", *IDS),
    flag(Rule.BEFORE_REPORT_DAY, f"{OFFICE} left the count"),
    flag(Rule.ZERO_STATED, OFFICE),
]


@pytest_asyncio.fixture
async def desk(database: RedisDatabase) -> AsyncIterator[CaseDesk]:
    each = CaseDesk(database, lines_seconds=0.05)
    await each.tell(("2020-03-01", opened()), ("2020-03-02", back()))
    yield each
    await each.client.aclose()


async def posted(desk: CaseDesk, lines: Any, headers: dict[str, str], key: str = "k") -> Any:
    text = b"\n".join(map(recording._text, lines))
    headers = {"content-type": "application/x-ndjson", "Idempotency-Key": key, **headers}
    return (await desk.client.post("/v1/cases", content=text, headers=headers)).json()


def told(line: recording.Line) -> tuple[str, str, Role | None, FlaggedAct | None, int, int]:
    subject, command = line
    assert isinstance(command, RaiseFlag)
    return subject, command.flagged, command.by_role, command.act, len(command.evidence), command.pieces


async def test_each_flag_is_a_line_that_case_takes_once(desk: CaseDesk) -> None:
    lines = [line_of_flag(each, "/nation") for each in FLAGS]
    assert [told(line) for line in lines] == [
        (CHILD, PROVINCE, None, None, 2, 2),
        (CHILD, OFFICE, None, None, 2, 2),
        (ZHAOJUE, OFFICE, Role.OFFICER, FlaggedAct.PROPOSED, 2, 2),
        (ZHAOJUE, OFFICE, None, FlaggedAct.CLOSED, 50, 70),
        (ZHAOJUE, OFFICE, None, FlaggedAct.LEFT_THE_COUNT, 2, 2),
        (ZHAOJUE, OFFICE, None, None, 2, 2),
    ]
    done = [await posted(desk, lines, AUDITOR, key) for key in ("flags", "flags", "another")]
    assert [(each["accepted"], each["duplicate"], each["refused"]) for each in done] == [(6, 0, 0), (0, 6, 0), (0, 6, 0)]


async def test_a_sample_is_a_line_of_its_county_and_one_of_each_file(desk: CaseDesk) -> None:
    frame = draws.frame_of(PROVINCE, FIRST - timedelta(100), FIRST)
    frame.take(FIRST, CHILD, came_back(1)[2])
    lines = list(lines_of_sample(PROVINCE, FIRST - timedelta(100), FIRST, "seed-2020-06", SAMPLES[0], frame.draw(SAMPLES[0], "seed-2020-06")))
    assert [subject for subject, _ in lines] == [ZHAOJUE, CHILD]
    done = [await posted(desk, lines, OF_PROVINCE) for _ in range(2)]
    assert [(each["accepted"], each["duplicate"], each["refused"]) for each in done] == [(2, 0, 0), (0, 2, 0)]
    assert (await desk.client.get(f"/v1/cases/{CHILD}", headers=OF_PROVINCE)).json()["draws"][0]["office"] == PROVINCE


def answering(monkeypatch: pytest.MonkeyPatch, *answers: httpx.Response | Exception) -> list[httpx.Request]:
    asked: list[httpx.Request] = []
    rest = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(found := rest.pop(0), Exception):
            raise found
        return found

    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.MockTransport(answer)))
    return asked


DONE = {"received": 2, "accepted": 1, "duplicate": 0, "refused": 1, "pending": 0, "lines": [{"line": 2, "code": "unknown_case"}]}


def test_lines_go_in_pieces_under_one_key_and_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "A_BODY", 4)
    asked = answering(monkeypatch, httpx.Response(200, json=DONE), httpx.Response(202, json={**DONE, "pending": 3}))
    done = record("http://127.0.0.1:8002", "t", [line_of_flag(each, "/nation") for each in FLAGS], "detector-flags")
    assert (done.accepted, done.duplicate, done.pending, done.refused) == (2, 0, 3, {"unknown_case": 2})
    assert [len(request.content.splitlines()) for request in asked] == [4, 2]
    assert {(request.headers["authorization"], request.headers["idempotency-key"]) for request in asked} == {("Bearer t", "detector-flags")}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (httpx.Response(403, json={"detail": "A right is missing."}), "403: A right is missing."),
        (httpx.Response(502, text="<html>"), "502: <html>"),
        (httpx.ConnectError("no"), "does not answer.*CASE_URL"),
    ],
)
def test_what_is_not_taken_is_told_with_what_mends_it(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception, says: str) -> None:
    answering(monkeypatch, answer)
    with pytest.raises(NotRecorded, match=says):
        record("http://127.0.0.1:8002", "t", [line_of_flag(FLAGS[0], "/nation")], "k")


# --- a sample is drawn again from the record


class Record(MemoryTopic):
    """Facts of case as they lie in the record."""

    def __init__(self) -> None:
        super().__init__(*([] for _ in range(PARTITIONS)))
        self.offsets = dict.fromkeys(range(PARTITIONS), 0)

    def put(self, day: date, subject: str, fact: Any) -> None:
        part = partition_of(subject.encode(), PARTITIONS)
        n = self.offsets[part] = self.offsets[part] + 1
        at = datetime(day.year, day.month, day.day, 9, tzinfo=CHINA)
        id_ = uuid5_of_position(topics.CASE_COMMANDS, part, n, 0)
        event = Event(
            specversion="1.0", id=id_, source="/case", type=fact.TYPE, subject=subject, time=at, recordedtime=at, partitionkey=subject,
            sequence=sequence_of(n, 0), causationid="c", correlationid="c", data=fact,
        )  # fmt: skip
        self.records[part].append(Written(part, len(self.records[part]), encode(event)))


ANY = Bounds(PARTITIONS, {}, ())
SEED = "seed-2020-06"


def recorded(*, drawn: int | None = None, seed: str = SEED, population: int | None = None) -> Record:
    """A record with thirty returns in a county, and the sample of the province; ``drawn``: so many of its files were told."""
    topic = Record()
    for told_ in (*(out(n) for n in range(30)), *(came_back(n) for n in range(30)), closed(31, office=PREFECTURE)):
        topic.put(*told_)
    frame = draws.frame_of(PROVINCE, FIRST, LAST)
    draws.fill([frame], topic, topic.ends(), ANY)
    (mine,) = frame.draw(SAMPLES[0], SEED)
    for subject, command in lines_of_sample(PROVINCE, FIRST, LAST, seed, SAMPLES[0], [mine]):
        fields = {name: getattr(command, name) for name in command.__struct_fields__}
        if isinstance(command, DrawSample):
            topic.put(LAST + timedelta(2), subject, SampleDrawn(**fields | {"population": population or command.population}))
        elif drawn is None or drawn > 0:
            drawn = None if drawn is None else drawn - 1
            now = standing(came_back(0)[2].after.state)
            topic.put(LAST + timedelta(2), subject, CaseDrawn(before=now, after=now, **fields))
    return topic


def test_anybody_draws_the_recorded_sample_again() -> None:
    topic = recorded()
    (found,) = draws.check(topic, topic.ends(), ANY)
    assert (found.county, found.equal, found.population, len(found.missing), found.odd) == (ZHAOJUE, True, 31, 0, [])
    assert found.fact.size >= 2


def test_files_that_were_not_told_yet_are_named_and_make_no_sample_unequal() -> None:
    topic = recorded(drawn=1)
    (found,) = draws.check(topic, topic.ends(), ANY)
    assert (found.equal, len(found.missing)) == (True, found.fact.size - 1)


@pytest.mark.parametrize("lie", [{"seed": "seed-another"}, {"population": 12}])
def test_a_sample_that_its_seed_does_not_draw_is_found(lie: dict[str, Any]) -> None:
    topic = recorded(**lie)
    (found,) = draws.check(topic, topic.ends(), ANY)
    assert not found.equal


def test_a_file_that_nobody_drew_is_found() -> None:
    topic = recorded()
    now = standing(came_back(0)[2].after.state)
    topic.put(LAST + timedelta(3), child(99), CaseDrawn(before=now, after=now, office=PROVINCE, since=FIRST, until=LAST, seed=SEED, version=1))
    (found,) = draws.check(topic, topic.ends(), ANY)
    assert (found.equal, found.odd) == (False, [child(99)])


def run(monkeypatch: pytest.MonkeyPatch, topic: Record, *words: str) -> Any:
    monkeypatch.setattr(kafka_topic, "KafkaTopic", lambda brokers: topic)
    monkeypatch.setattr(bounds, "read_bounds", lambda brokers, partitions: ANY)
    return CliRunner().invoke(cli.app, list(words), terminal_width=200)


PERIOD = ("--since", FIRST.isoformat(), "--until", LAST.isoformat())


def test_the_commands_draw_record_and_check(monkeypatch: pytest.MonkeyPatch) -> None:
    topic = recorded()
    first = json.loads(run(monkeypatch, topic, "sample", "--office", PROVINCE, *PERIOD, "--seed", SEED, "--json").stdout)
    assert [(each["county"], each["population"]) for each in first["counties"]] == [(ZHAOJUE, 31)]
    asked = answering(monkeypatch, httpx.Response(200, json=DONE))
    done = run(monkeypatch, topic, "sample", "--office", PROVINCE, *PERIOD, "--seed", SEED, "--record", "--token", "t")
    assert (done.exit_code, "Recorded: 1 new, 0 known before, 0 pending, 1 unknown_case." in done.stdout) == (0, True), done.output
    assert len(asked[0].content.splitlines()) == 1 + len(first["counties"][0]["drawn"])
    checked = run(monkeypatch, topic, "samples")
    assert (checked.exit_code, f"seed {SEED}: equal" in checked.stdout) == (0, True)
    lying = run(monkeypatch, recorded(seed="seed-another"), "samples")
    assert (lying.exit_code, "NOT EQUAL" in lying.stdout) == (1, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("sample", "--office", OFFICE, *PERIOD), "no level above a county"),
        (("sample", "--office", "/provinces/99", *PERIOD), "no level above a county"),
        (("sample", "--office", PROVINCE, *PERIOD, "--record"), "--role superior"),
        (("flags", "--record"), "--role auditor"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_mends_it(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str) -> None:
    monkeypatch.delenv("CASE_TOKEN", raising=False)
    done = run(monkeypatch, recorded(), *words)
    assert (done.exit_code, says in " ".join(done.output.split())) == (2, True), done.output


def test_flags_are_recorded_by_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    topic = recorded()
    answering(monkeypatch)
    done = run(monkeypatch, topic, "flags", "--record", "--token", "t")
    assert (done.exit_code, "Recorded: 0 new" in done.stdout) == (0, True), done.output
    assert DAY < LAST
