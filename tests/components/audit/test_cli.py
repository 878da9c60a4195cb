"""The auditors' commands over a record in memory: their output and their exit codes."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from services.reporting import cli
from services.reporting.audit.sources import bounds, inventory, kafka_topic, reporting_api
from services.reporting.audit.sources.inventory import GroupState, Inventory, TopicState
from services.reporting.audit.sources.kafka_topic import TopicUnreadable
from services.reporting.audit.sources.reporting_api import ReportingApi
from tests.components.audit.audit_count import ANYWHERE, FIGURE, VISIT
from tests.components.audit.memory_topic import MemoryTopic
from tests.components.reporting.written_facts import CHILD, case_fact, child_file, event, fact, grant, relief_fact, standing

OUT = standing("dropped_out", poor=True)
RECORD: list[bytes | None] = [
    fact("listed", None, OUT, 1, recorded="2020-03-02T00:00:00+08:00"),
    fact("listed", None, OUT, 2, recorded="2020-03-02T00:00:00+08:00"),
    fact("returned", OUT, standing("returned", poor=True), 3, time="2020-04-02T08:00:00+08:00"),
    fact("returned", OUT, standing("returned", poor=True), 3, time="2020-04-02T08:00:00+08:00"),
]
COUNTY: dict[str, Any] = {
    "county": "513431",
    "reported": "2020-04-02T08:00:00+08:00",
    "claimed": None,
    "cells": {"status.dropped_out": 1, "status.returned": 1, "out.reason.work": 1, "out.stage.junior": 1, "out.poor": 1},
    "flows": {"2020-03-01": {"opening": 2}, "2020-04-02": {"returned": 1}},
}
COUNTS: dict[str, Any] = {
    "area": {"code": "100000", "level": "nation"},
    "out_of_school": 1,
    "poor": 1,
    "by_status": {"dropped_out": 1},
    "by_reason": {"work": 1},
    "by_stage": {"junior": 1},
    "cases": {"by_state": {"open": 1, "persuading": 0, "returned": 0, "closing": 0, "closed": 0}, "by_reason": {"work": 1}, "overdue": 0, "told": {}},
    "relief": {"living_subsidy": {"due": {"grants": 1, "fen": 31_250}}},
    "children": [],
    "as_of": {"offsets": {"0": 4}},
    "suppressed": False,
}

Serve = Callable[..., None]
Run = Callable[..., Result]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Replace the record and the api: ``serve(values, county=..., counts=..., offsets=..., begin=..., open_=...)``.

    ``offsets``: what the api has counted, one answer after the other, the last one for ever; without them it has counted all.
    """

    def put(
        values: list[bytes | None],
        *,
        county: dict[str, Any] = COUNTY,
        counts: dict[str, Any] = COUNTS,
        offsets: Sequence[int] = (),
        begin: int = 0,
        open_: int = 0,
    ) -> None:
        left = list(offsets or [len(values)])

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/v1/cells":
                offset = left.pop(0) if len(left) > 1 else left[0]
                as_of = {"as_of": {"offsets": {"0": offset}, "event_time": "2020-04-02T08:00:00+08:00"}}
                return httpx.Response(200, text=f"{json.dumps(as_of)}\n{json.dumps(county)}\n")
            return httpx.Response(200, json={**counts, "area": {"code": request.url.params["area"], "level": "nation"}})

        monkeypatch.setattr(reporting_api, "ReportingApi", lambda url, token: ReportingApi(url, token=token, transport=httpx.MockTransport(answer)))
        monkeypatch.setattr(kafka_topic, "KafkaTopic", lambda bootstrap, topic="student-status": MemoryTopic(values, begin=begin, open_=open_))
        monkeypatch.setattr(bounds, "read_bounds", lambda bootstrap, partitions: ANYWHERE)
        monkeypatch.setattr(cli, "PATIENCE", 2.0 if len(left) > 1 else 0.0)
        monkeypatch.setattr(cli, "LOOK", 0.0)

    return put


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a wide terminal."""
    monkeypatch.setattr(cli.out, "width", 200)
    return lambda *arguments: CliRunner(env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"}).invoke(cli.app, list(arguments))


def test_verify_says_equal_with_what_was_compared(serve: Serve, run: Run) -> None:
    serve(RECORD)
    done = run("verify")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("equal: what is shown is what the record adds up to")
    assert "4 records read" in done.stdout
    assert "3 distinct facts counted, 1 repeats dropped" in done.stdout
    assert "families covered: student 3, county 0, case 0, relief 0, oversight 0" in done.stdout
    assert "families passed over, which nobody counts: none" in done.stdout
    assert "compared: 1 counties, 6 cells, 2 flows a day, 0 due days; as of 2020-04-02T08:00:00+08:00" in done.stdout


ALL = [
    *RECORD,
    case_fact("opened", None, child_file("open"), 1),
    case_fact("attempted", child_file("open"), child_file("persuading", attempts=1, due="2020-03-20"), 2, number=1),
    case_fact("attempted", child_file("open"), child_file("persuading", attempts=1, due="2020-03-20"), 2, number=1),
    relief_fact("granted", None, grant("due", fen=123_456_700), 1),
    relief_fact("recognised", None, None, 2),
]
ALL_CELLS = {"case.state.persuading": 1, "case.reason.work": 1, "relief.living_subsidy.due.grants": 1, "relief.living_subsidy.due.fen": 123_456_700}


def test_verify_compares_files_and_aid_too_and_says_what_there_is(serve: Serve, run: Run) -> None:
    serve(ALL, county={**COUNTY, "cells": {**COUNTY["cells"], **ALL_CELLS}, "due": {"2020-03-20": 1}})
    done = run("verify")
    assert done.exit_code == 0, done.output
    assert "7 distinct facts counted, 2 repeats dropped" in done.stdout
    assert "families covered: student 3, county 0, case 2, relief 2, oversight 0" in done.stdout
    assert "compared: 1 counties, 10 cells, 2 flows a day, 1 due days" in done.stdout
    assert "1 children out of school; 1 files open or persuading, 0 under observation or closed; 1 grants of 1,234,567.00 yuan" in done.stdout
    found = json.loads(run("verify", "--json").stdout)
    assert (found["facts"], found["due"]) == (7, 1)
    assert (found["covered"], found["passed_over"]) == ({"student": 3, "county": 0, "case": 2, "relief": 2, "oversight": 0}, {})
    of_flags = {"flags_open": 0, "flags_settled": 0, "rechecked": 0, "not_in_school": 0}
    assert found["altogether"] == {"out_of_school": 1, "files_open": 1, "files_settled": 0, "grants": 1, "fen": 123_456_700, **of_flags}
    assert "0 flags open, 0 cleared or confirmed; 0 files checked again, 0 of their children not in school" in done.stdout


def test_verify_says_which_families_were_passed_over_and_stays_equal(serve: Serve, run: Run, visits_registered: None) -> None:
    serve([*RECORD, VISIT, VISIT, FIGURE, event("cn.baoxue.figure.withdrawn.v1", CHILD, 2, {}, source="/reporting")])
    done = run("verify")
    assert done.exit_code == 0, done.output
    assert "3 distinct facts counted, 2 repeats dropped" in done.stdout
    assert "families passed over, which nobody counts: figure 2, visit 1" in done.stdout
    found = json.loads(run("verify", "--json").stdout)
    assert (found["verdict"], found["facts"], found["passed_over"], found["findings"]) == ("equal", 3, {"figure": 2, "visit": 1}, [])


def test_verify_of_a_type_that_nobody_registered_is_not_sound(serve: Serve, run: Run) -> None:
    serve([*RECORD, VISIT])
    done = run("verify", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["verdict"], found["passed_over"]) == ("not sound", {})
    assert found["findings"] == [{"problem": "unknown type", "records": 1, "first": [[0, 4]]}]


def test_verify_shows_a_day_on_which_a_file_is_not_due(serve: Serve, run: Run) -> None:
    serve(ALL, county={**COUNTY, "cells": {**COUNTY["cells"], **ALL_CELLS}, "due": {"2020-03-21": 1}})
    done = run("verify")
    assert done.exit_code == 1
    assert "due.2020-03-20" in done.stdout
    assert "due.2020-03-21" in done.stdout


def test_replay_shows_files_and_aid(serve: Serve, run: Run) -> None:
    serve(ALL)
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in run("replay", "--area", "513400", "--by", "case").stdout.splitlines()
        if "│" in line
    ]
    assert rows[-1] == ["513400", "凉山彝族自治州", "1", "1", "0", "1", "0", "0", "0", "1"]
    assert "marriage" not in run("replay", "--by", "case-reason").stdout
    assert "work" in run("replay", "--by", "case-reason").stdout
    assert "123,456,700" in run("replay", "--by", "relief").stdout
    document = json.loads(run("replay", "--until", "0=5", "--json").stdout)
    assert document["cases"]["by_state"] == {"open": 1, "persuading": 0, "returned": 0, "closing": 0, "closed": 0}
    assert document["relief"]["living_subsidy"]["due"] == {"grants": 0, "fen": 0}


def test_verify_shows_the_cell_that_differs_and_fails(serve: Serve, run: Run) -> None:
    serve(RECORD, county={**COUNTY, "cells": {**COUNTY["cells"], "out.poor": 2}})
    done = run("verify")
    assert done.exit_code == 1
    assert done.stdout.startswith("not equal")
    row = next(line for line in done.stdout.splitlines() if "out.poor" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == ["513431", "昭觉县", "out.poor", "2", "1"]


def test_verify_shows_a_stock_that_its_flows_do_not_make(serve: Serve, run: Run) -> None:
    serve(RECORD, county={**COUNTY, "flows": {"2020-03-01": {"opening": 2}}})
    done = run("verify")
    assert done.exit_code == 1
    assert "1 totals are not what their parts make" in done.stdout
    assert "children out of school, by flows" in done.stdout


def test_verify_of_a_record_that_cannot_be_counted_whole_is_not_sound(serve: Serve, run: Run) -> None:
    serve([*RECORD, b"rubbish"])
    done = run("verify")
    assert done.exit_code == 1
    assert done.stdout.startswith("equal, but not sound")
    assert "unreadable" in done.stdout
    assert "baoxue tail --from 0=4 -n 1 --json" in done.stdout
    assert "student-status.dead" in done.stdout


def test_verify_of_a_record_that_has_lost_its_beginning_is_not_sound(serve: Serve, run: Run) -> None:
    serve([b"gone", *RECORD], begin=1)
    done = run("verify", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["verdict"], found["findings"]) == ("not sound", [{"problem": "missing", "records": 1, "first": [[0, 0]]}])


def test_verify_never_says_equal_when_the_record_goes_further_than_what_was_counted(serve: Serve, run: Run) -> None:
    serve([*RECORD, fact("listed", None, OUT, 9)], offsets=[4])
    done = run("verify")
    assert done.exit_code == 1
    assert done.stdout.startswith("behind: what is shown is what its part of the record adds up to, and the record goes further")
    assert "1 offsets of the record are not counted" in done.stdout
    found = json.loads(run("verify", "--json").stdout)
    assert (found["verdict"], found["equal"], found["further"], found["differing"]) == ("behind", False, 1, 0)


def test_verify_gives_the_api_time_to_count_what_the_record_holds(serve: Serve, run: Run) -> None:
    serve(RECORD, offsets=[2, 3, 4])
    assert json.loads(run("verify", "--json").stdout)["verdict"] == "equal"


def test_what_an_open_transaction_holds_back_is_not_counted(serve: Serve, run: Run) -> None:
    serve(RECORD, open_=2)
    assert json.loads(run("verify", "--json").stdout)["verdict"] == "behind"


def test_offsets_without_a_record_are_said_and_are_not_missing(serve: Serve, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(RECORD)
    monkeypatch.setattr(MemoryTopic, "read", lambda topic, until, start=None: iter([[*topic.records[0][:2], topic.records[0][3]]]))
    done = run("verify")
    assert (done.exit_code, "1 offsets hold no record" in done.stdout) == (0, True)


def test_verify_for_machines(serve: Serve, run: Run) -> None:
    serve(RECORD, county={**COUNTY, "claimed": 3})
    done = run("verify", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (found["verdict"], found["equal"], found["records"], found["facts"], found["repeats"]) == ("different", False, 4, 3, 1)
    assert (found["counties"], found["cells"], found["flows"], found["differing"]) == (1, 7, 2, 1)
    assert found["differences"] == [{"county": "513431", "cell": "claimed", "shown": 3, "recounted": None}]
    assert found["as_of"]["offsets"] == {"0": 4}
    assert found["sums"] is None


def test_verify_adds_up_the_answers_when_asked(serve: Serve, run: Run) -> None:
    serve(RECORD)
    done = run("verify", "--sums")
    assert done.exit_code == 0
    assert "the nation is its provinces" in done.stdout
    serve(RECORD, counts={**COUNTS, "by_stage": {}})
    done = run("verify", "--sums")
    assert done.exit_code == 1
    assert "100000: 1 out of school, but the stages add up to 0" in done.stdout


def test_verify_without_an_api_says_so_and_how_to_mend_it(run: Run) -> None:
    done = run("verify", "--reporting", "http://127.0.0.1:1")
    assert done.exit_code == 2
    assert "No answer from http://127.0.0.1:1/v1/cells" in done.stderr
    assert "make up" in done.stderr
    assert "REPORTING_URL" in done.stderr


def test_verify_of_another_record_than_the_apis_says_so(serve: Serve, run: Run) -> None:
    serve(RECORD, offsets=[99])
    done = run("verify")
    assert done.exit_code == 2
    assert "there is no 0=99" in done.stderr


def test_replay_prints_an_area_and_its_parts(serve: Serve, run: Run) -> None:
    serve(RECORD)
    done = run("replay", "--area", "513400")
    assert done.exit_code == 0
    rows = {cells[1].strip(): [cell.strip() for cell in cells[2:7]] for line in done.stdout.splitlines() if len(cells := line.split("│")) > 6}
    assert rows["513431"] == ["昭觉县", "1", "1", "1", "0"]
    assert rows["513432"] == ["喜德县", "-", "-", "-", "-"]
    assert rows["513400"] == ["凉山彝族自治州", "1", "1", "1", "0"]


def test_replay_stands_where_it_is_asked_to(serve: Serve, run: Run, tmp_path: Path) -> None:
    serve(RECORD)
    saved = tmp_path / "answer.json"
    saved.write_text('{"as_of": {"offsets": {"0": 1}}}', encoding="utf-8")
    by_offsets = {"0=1": 1, "0=2": 2, '{"0": 0}': 0, f"@{saved}": 1}
    for until, total in {**by_offsets, "2020-03-01": 0, "2020-03-02": 2, "2020-04-02T00:00:00Z": 1}.items():
        done = run("replay", "--json", "--until", until)
        assert json.loads(done.stdout)["out_of_school"] == total, until


def test_replay_takes_the_columns_it_is_asked_for(serve: Serve, run: Run) -> None:
    serve(RECORD)
    assert "work" in run("replay", "--by", "reason").stdout
    assert "opening" in run("replay", "--by", "flow").stdout
    assert "junior" in run("replay", "--by", "stage").stdout


def test_replay_says_what_it_did_not_count(serve: Serve, run: Run) -> None:
    serve([*RECORD, None])
    assert json.loads(run("replay", "--json").stdout)["not_counted"] == [{"problem": "unreadable", "records": 1, "first": [[0, 4]]}]
    assert "unreadable" in run("replay").stdout


@pytest.mark.parametrize(
    ("arguments", "option", "fix"),
    [
        (("replay", "--area", "china"), "--area", "take 100000"),
        (("replay", "--until", "soon"), "--until", "a day (2020-06-14)"),
        (("replay", "--until", "2020-06-14T08:00:00"), "--until", "+08:00"),
        (("replay", "--by", "colour"), "--by", "reason"),
        (("tail", "--from", "start"), "--from", "0=123"),
        (("tail", "-n", "0"), "-n", "greater than or equal to 1"),
    ],
)
def test_a_bad_argument_is_told_with_its_option_and_what_would_do(run: Run, arguments: tuple[str, ...], option: str, fix: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert f"'{option}'" in done.stderr
    assert fix in " ".join(done.stderr.replace("│", " ").split())


def places(done: Result) -> list[str]:
    """Return the positions of the printed events."""
    return [line.split()[0] for line in done.stdout.splitlines()]


def test_tail_shows_the_last_events(serve: Serve, run: Run) -> None:
    serve([fact("listed", None, OUT, n) for n in range(30)])
    assert places(run("tail")) == [f"0@{n}" for n in range(20, 30)]
    assert places(run("tail", "-n", "2")) == ["0@28", "0@29"]


def test_tail_goes_through_the_record_from_where_it_is_asked(serve: Serve, run: Run) -> None:
    serve(RECORD)
    assert places(run("tail", "--from", "beginning")) == ["0@0", "0@1", "0@2", "0@3"]
    assert places(run("tail", "--from", "0=2", "-n", "1")) == ["0@2"]
    assert places(run("tail", "--from", "beginning", "--type", "returned", "--subject", CHILD)) == ["0@2", "0@3"]
    assert places(run("tail", "--subject", "513431")) == []


def test_tail_for_machines_is_the_bytes_of_the_log(serve: Serve, run: Run) -> None:
    serve(RECORD)
    assert run("tail", "--from", "0=2", "-n", "1", "--json").stdout.encode().rstrip(b"\n") == RECORD[2]


def test_tail_goes_on_with_what_comes(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    topic = MemoryTopic([fact("listed", None, OUT, 1)])
    ends = topic.ends()
    topic.records[0] += MemoryTopic([None, fact("listed", None, OUT, 2)]).records[0][1:]
    monkeypatch.setattr(topic, "ends", lambda: ends)
    monkeypatch.setattr(topic, "follow", lambda start: iter([topic.records[0][start[0] :], []]))
    monkeypatch.setattr(kafka_topic, "KafkaTopic", lambda bootstrap, name: topic)
    for start in ("end", "beginning"):
        assert places(run("tail", "-f", "--from", start)) == ["0@0", "0@1"]


def test_topics_lists_settings_and_says_whose_lag_it_is(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    settings = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1", "min.insync.replicas": "1", "max.message.bytes": "1048588"}
    found = Inventory((TopicState("student-status", 12, 1, 1234, settings),), (GroupState("reporting", "Stable", "student-status", 1200, 34),))
    monkeypatch.setattr(inventory, "take_inventory", lambda bootstrap: found)
    done = run("topics")
    for words in ("student-status", "1,234", "for ever", "reporting", "stable", "34", "committed to Kafka", "cursor in Redis"):
        assert words in done.stdout
    told = json.loads(run("topics", "--json").stdout)
    assert told["topics"][0]["settings"]["retention.ms"] == "-1"
    assert told["groups"] == [{"group": "reporting", "state": "Stable", "topic": "student-status", "committed": 1200, "lag": 34}]
    assert "cursor in Redis" in told["note"]


@pytest.mark.parametrize("command", ["replay", "tail", "topics"])
def test_without_a_broker_every_command_says_so_and_how_to_mend_it(monkeypatch: pytest.MonkeyPatch, run: Run, command: str) -> None:
    def away(*arguments: object) -> None:
        raise TopicUnreadable("No Kafka at 127.0.0.1:1. Start it with `make up`.")

    monkeypatch.setattr(kafka_topic, "KafkaTopic", away)
    monkeypatch.setattr(inventory, "take_inventory", away)
    done = run(command, "--bootstrap", "127.0.0.1:1")
    assert done.exit_code == 2
    assert "make up" in done.stderr


def test_the_addresses_come_from_the_environment_unless_they_are_given(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    asked: list[str] = []

    def open_topic(bootstrap: str, topic: str) -> MemoryTopic:
        asked.append(bootstrap)
        return MemoryTopic(RECORD)

    monkeypatch.setattr(kafka_topic, "KafkaTopic", open_topic)
    run("tail")
    monkeypatch.setenv("REPORTING_KAFKA_BOOTSTRAP", "kafka.example:9092")
    run("tail")
    run("tail", "--bootstrap", "other.example:9092")
    assert list(map(str, asked)) == ["127.0.0.1:19092", "kafka.example:9092", "other.example:9092"]
