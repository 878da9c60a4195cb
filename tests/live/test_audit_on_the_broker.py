"""The audit against a real broker: what it reads, where it stops, and what it says when it cannot."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import httpx
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from typer.testing import CliRunner

from deploy.local.config import ROOT
from deploy.local.processes import PROCESSES
from deploy.local.stack import LocalStack
from services.reporting import cli
from services.reporting.audit.console.event_lines import EventFilter
from services.reporting.audit.console.tail import events_from
from services.reporting.audit.recount import Recount, open_database
from services.reporting.audit.sources.inventory import take_inventory
from services.reporting.audit.sources.kafka_topic import KafkaTopic, TopicUnreadable
from services.reporting.audit.sources.log import Bounds
from services.reporting.audit.verification import missing, recount_until
from shared.log.partitioner import partition_of
from tests.components.reporting.written_facts import (
    CHILD,
    INPUTS,
    case_fact,
    child_file,
    event,
    fact,
    grant,
    key_of,
    moved_to,
    relief_fact,
    standing,
    statement,
)
from tests.support.stack import FreshTopic, NewStack, by_auditor, by_operator, told_of
from tests.support.stack_tokens import as_auditor

OUT = standing("dropped_out", poor=True)


def write(stack: LocalStack, topic: str, values: list[tuple[int, bytes | None]]) -> None:
    producer = KafkaProducer(**by_operator(stack.config).client(), acks="all")
    try:
        for partition, value in values:
            producer.send(topic, value=value, key=key_of(value) or CHILD.encode(), partition=partition)
        producer.flush(timeout=30)
    finally:
        producer.close()


def at_home(stack: LocalStack, facts: list[tuple[int, bytes]], partitions: int) -> list[tuple[int, bytes]]:
    """Let facts stand where they belong: of a child of their partition, of a county in its own, each under the id of its position; with inputs."""
    children = {partition_of(child.encode(), partitions): child for child in (f"{n:032x}" for n in range(50))}
    found = []
    for partition, value in facts:
        subject = json.loads(value)["subject"]
        home = partition if subject == CHILD else partition_of(subject.encode(), partitions)
        found.append((home, (moved_to(home, value) or b"").replace(CHILD.encode(), children[home].encode())))
    for topic in INPUTS.values():
        write(stack, topic, [(partition, b"{}") for partition in range(partitions) for _ in range(100)])
    return found


@pytest.fixture
def topic(stack: LocalStack, fresh_topic: FreshTopic) -> Iterator[KafkaTopic]:
    """Three partitions: 100 children listed in the first, 20 in the second, nothing in the third."""
    name = fresh_topic(partitions=3)
    write(stack, name, [*((0, fact("listed", None, OUT, n)) for n in range(100)), *((1, fact("listed", None, OUT, n)) for n in range(20))])
    with KafkaTopic(by_auditor(stack.config), name) as opened:
        yield opened


def out_of_school(topic: KafkaTopic, offsets: dict[int, int]) -> int:
    with open_database() as database:
        recount_until(Recount(database, bounds=Bounds(None, {}, ())), topic, offsets, lambda more: None)
        ((total,),) = database.execute("SELECT coalesce(sum(n), 0)::BIGINT FROM recounted WHERE cell = 'status.dropped_out'").fetchall()
        return int(total)


def test_the_record_is_counted_up_to_any_offsets_and_again(topic: KafkaTopic) -> None:
    assert topic.ends() == {0: 100, 1: 20, 2: 0}
    # One after the other on one consumer: a partition that one read was done with must not stay paused for the next.
    for offsets, total in (({0: 100, 1: 20, 2: 0}, 120), ({0: 7, 1: 20}, 27), ({1: 1}, 1), ({}, 0), ({0: 100}, 100)):
        assert out_of_school(topic, offsets) == total


def test_records_of_a_partition_come_in_order_between_the_offsets_asked_for(topic: KafkaTopic) -> None:
    found = [(record.partition, record.offset) for records in topic.read({0: 60, 1: 5}, start={0: 50}) for record in records]
    assert [offset for part, offset in found if part == 0] == list(range(50, 60))
    assert [offset for part, offset in found if part == 1] == list(range(5))


@pytest.mark.parametrize(("offsets", "says"), [({7: 1}, "has no partition 7, only 3"), ({0: 101}, "ends at 0=100, and was asked for up to 0=101")])
def test_offsets_of_another_record_are_refused(topic: KafkaTopic, offsets: dict[int, int], says: str) -> None:
    with pytest.raises(TopicUnreadable, match=says):
        list(topic.read(offsets))


def test_a_topic_that_is_not_there_is_told_and_not_made(stack: LocalStack) -> None:
    with pytest.raises(TopicUnreadable, match="There is no topic student-statuses"):
        KafkaTopic(by_auditor(stack.config), "student-statuses")
    assert "student-statuses" not in {found.topic for found in take_inventory(by_auditor(stack.config)).topics}


@pytest.mark.live
@pytest.mark.parametrize("command", ["tail", "topics"])
def test_a_broker_that_is_not_there_is_told(command: str) -> None:
    # In a process of its own: kafka-python leaves the sockets that nobody answered on open.
    main = "from services.reporting.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", main, command, "--bootstrap", "127.0.0.1:1"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    # What DuckDB's binding may say of itself at the very end is not ours.
    told = done.stderr.splitlines()[0]
    assert re.fullmatch(r"No Kafka at 127\.0\.0\.1:1 .*make up.*--bootstrap or REPORTING_KAFKA_BOOTSTRAP\.", told), done.stderr
    assert "Traceback" not in done.stderr


def test_a_record_that_has_lost_its_beginning_is_read_and_found_out(stack: LocalStack, topic: KafkaTopic) -> None:
    admin = KafkaAdminClient(**by_operator(stack.config).client())
    try:
        admin.delete_records({TopicPartition(topic.topic, 0): 10})
    finally:
        admin.close()
    with open_database() as database:
        _, totals = recount_until(Recount(database, bounds=Bounds(None, {}, ())), topic, topic.ends(), lambda more: None)
        (found,) = missing(topic.begins(), topic.ends())
    assert (totals.facts, found.problem, found.records, found.first) == (110, "missing", 10, ((0, 0),))


def test_a_byte_that_changed_on_the_brokers_disk_is_found_out(stack: LocalStack, topic: KafkaTopic) -> None:
    (segment,) = stack.config.home.glob(f"kafka/data/{topic.topic}-1/*.log")
    change_one_digit(segment)
    with pytest.raises(TopicUnreadable, match="crc"):
        list(topic.read(topic.ends()))


def change_one_digit(segment: Path) -> None:
    bytes_ = segment.read_bytes()
    at = bytes_.rindex(b'"county": "513431"') + len(b'"county": "51343')
    with segment.open("r+b") as file:
        file.seek(at)
        file.write(b"2")


def test_a_follower_is_shown_what_comes(stack: LocalStack, topic: KafkaTopic) -> None:
    events = events_from(topic, EventFilter("returned"), topic.ends())
    write(stack, topic.topic, [(0, fact("listed", None, OUT, 900)), (2, fact("returned", OUT, standing("returned"), 901))])
    assert [(record.partition, record.offset) for record, _ in islice(events, 1)] == [(2, 0)]


def test_what_the_broker_holds_is_listed_with_settings_and_lag(stack: LocalStack, topic: KafkaTopic) -> None:
    consumer = KafkaConsumer(
        **by_operator(stack.config).client(), group_id=f"reporting-{topic.topic}", auto_offset_reset="earliest", enable_auto_commit=False
    )
    try:
        consumer.assign([TopicPartition(topic.topic, 0)])
        consumer.seek(TopicPartition(topic.topic, 0), 30)
        consumer.commit()
    finally:
        consumer.close()
    held = take_inventory(by_auditor(stack.config))
    (found,) = [each for each in held.topics if each.topic == topic.topic]
    assert (found.partitions, found.replicas, found.records) == (3, 1, 120)
    assert found.settings["retention.ms"] == found.settings["retention.bytes"] == "-1"
    assert found.settings["cleanup.policy"] == "delete"
    assert {"min.insync.replicas", "max.message.bytes"} <= found.settings.keys()
    (group,) = [each for each in held.groups if each.group == f"reporting-{topic.topic}"]
    assert (group.topic, group.committed, group.lag) == (topic.topic, 30, 70)
    assert not [each for each in held.topics if each.topic.startswith("__")]


def test_what_reporting_shows_of_a_record_is_what_it_adds_up_to(new_stack: NewStack) -> None:
    stack = new_stack(services=tuple(service for service in PROCESSES if service.service == "reporting"), partitions=3)
    facts = [
        *((0, fact("listed", None, OUT, n, spell=1)) for n in range(30)),
        (0, fact("listed", None, OUT, 3, spell=1)),
        (0, fact("returned", OUT, standing("returned", poor=True), 40, time="2020-04-02T00:30:00+08:00")),
        (0, fact("moved", OUT, standing("dropped_out", "110101", poor=True), 41, time="2020-04-02T23:30:00Z")),
        (0, fact("dropped-out", standing("returned", poor=True), OUT, 42, spell=2)),
        (0, fact("removed", OUT, standing("removed", poor=True), 43)),
        (0, fact("suspected", OUT, OUT, 44, late=True, time="2019-04-02T08:00:00+08:00")),
        (1, fact("listed", None, standing("never_enrolled", "660000", stage=None), 1, spell=1)),
        (1, fact("returned", standing("dropped_out", "999999"), standing("returned", "999999"), 2)),
        (1, event("cn.baoxue.figure.released.v1", CHILD, 3, {}, source="/reporting")),
        *((n % 3, case_fact("opened", None, child_file("open", due=f"2020-04-{1 + n % 5:02d}"), n)) for n in range(20)),
        (0, case_fact("attempted", child_file("open", due="2020-04-01"), child_file("persuading", attempts=1, due="2020-05-01"), 30, number=1)),
        (0, case_fact("moved", child_file("open", due="2020-04-02"), child_file("open", "110101", due="2020-04-02"), 31)),
        (1, case_fact("closed-by-removal", child_file("open", due="2020-04-03"), child_file("closed"), 30)),
        (0, case_fact("opened", None, child_file("open"), 3)),
        *((n % 3, relief_fact("granted", None, grant("due", boarder=n % 2 == 0, fen=62_500 if n % 2 == 0 else 31_250), n)) for n in range(10)),
        (2, relief_fact("paid", grant("due", boarder=True, fen=62_500), grant("paid", boarder=True, fen=62_500), 30)),
        (1, relief_fact("recognised", None, None, 30)),
        (2, statement("513431", 28, 91)),
        (2, statement("513431", 27, 92)),
        (2, statement("110101", 0, 93)),
    ]
    facts = at_home(stack, facts, 3)
    write(stack, "student-status", [*facts, *facts[:5]])
    run = CliRunner(env={"REPORTING_URL": stack.config.api_url("reporting"), **told_of(stack.config), **as_auditor(stack.config)})
    found = verified_whole(run, records=len(facts) + 5)
    assert (found["verdict"], found["facts"], found["repeats"], found["passed_over"], found["differing"]) == ("equal", 75, 7, {"figure": 1}, 0)
    assert (found["covered"]["case"], found["covered"]["relief"], found["counties"], found["due"], found["sums"]) == (23, 12, 4, 7, [])  # type: ignore[index]  # JSON
    flags = {"flags_open": 0, "flags_settled": 0, "rechecked": 0, "not_in_school": 0}
    assert found["altogether"] == {"out_of_school": 29, "files_open": 19, "files_settled": 1, "grants": 10, "fen": 468_750, **flags}

    # Replayed from the record alone it is the same document, overdue by the same day.
    replayed = json.loads(run.invoke(cli.app, ["replay", "--json"]).stdout)
    shown = httpx.get(f"{stack.config.api_url('reporting')}/v1/counts").json()
    assert (replayed["cases"], replayed["relief"]) == (shown["cases"], shown["relief"])
    assert shown["cases"]["overdue"] == 7

    write(stack, "student-status", [(2, b"rubbish")])
    found = verified_whole(run, records=len(facts) + 6)
    at = sum(place == 2 for place, _ in facts)
    assert (found["verdict"], found["equal"], found["findings"]) == ("not sound", True, [{"problem": "unreadable", "records": 1, "first": [[2, at]]}])


def verified_whole(run: CliRunner, records: int) -> dict[str, object]:
    """Verify until the api shows all of the record; every verification on the way must be equal too."""
    for _ in range(100):
        done = run.invoke(cli.app, ["verify", "--sums", "--json"])
        assert done.exit_code in (0, 1), done.output
        found: dict[str, object] = json.loads(done.stdout)
        assert found["equal"], done.output
        if found["records"] == records:
            return found
    raise AssertionError(f"the api stopped at {found['as_of']}")
