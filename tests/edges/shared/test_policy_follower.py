"""Policies follow the record into commands: once in effect, with a cursor that can be lost, and the newest time they saw."""

import pytest

from shared.contracts.case import CaseMoved
from shared.contracts.registry import NewerVersion
from shared.deciding import policy_follower, published
from shared.deciding.policy_follower import MOST_HOPS, PolicyFollower
from shared.events.codec import read_event
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.event_log import LogRecord, LogUnavailable
from shared.redis.keys import key_of
from shared.worker.follower import RecordBatch
from tests.edges.shared.heard_record import (
    ADDRESSED,
    ANSWERED,
    COMMANDS,
    ELSEWHERE,
    IGNORED,
    KEY,
    PARTITIONS,
    SUBJECTS,
    OfAnswered,
    OfBoth,
    P,
    Record,
    ToAnother,
    ToHere,
    written,
)


async def test_each_fact_that_is_answered_becomes_a_command_and_the_cursor_moves(record: Record) -> None:
    assert await record.follower.cursors(frozenset({P})) == {P: 0}
    record.say(1)
    record.say(2, IGNORED)
    record.say(3)
    assert await record.follow() == 3
    assert record.asked() == ["/enrolment-1", "/enrolment-3"]
    assert await record.follower.cursors(frozenset({P})) == {P: 3}


async def test_a_batch_taken_twice_asks_once(record: Record) -> None:
    record.say(1)
    await record.follow()
    assert await record.follow() == 1
    assert len(record.asked()) == 1


async def test_a_fact_that_is_repeated_in_the_record_asks_once(record: Record) -> None:
    record.say(1)
    record.say(2)
    record.say(1)
    await record.follow()
    record.say(2)
    record.say(3)
    assert await record.follow(first=3) == 5
    assert record.asked() == ["/enrolment-1", "/enrolment-2", "/enrolment-3"]


async def test_facts_of_other_sources_are_passed_over(record: Record) -> None:
    record.say(1, source="/case")
    record.say(2, source="/case/enrolment")
    record.say(3)
    await record.follow()
    assert record.asked() == ["/enrolment-3"]


async def test_facts_without_the_mark_of_their_source_are_passed_over_undecoded(record: Record) -> None:
    record.begin_anew(OfAnswered())
    record.say(1)
    record.say(2, IGNORED)
    record.say(3)
    assert await record.follow() == 3
    assert record.asked() == ["/enrolment-1", "/enrolment-3"]


async def test_the_facts_of_two_services_are_heard_in_order_and_each_once(record: Record) -> None:
    record.begin_anew(OfBoth())
    record.say(7)
    record.say(2, CaseMoved.TYPE, source="/case")
    record.say(7)
    record.say(8)
    record.say(2, CaseMoved.TYPE, source="/case")
    record.say(1, CaseMoved.TYPE, source="/relief")
    await record.follow()
    record.say(3, CaseMoved.TYPE, source="/case")
    record.say(8)
    assert await record.follow(first=6) == 8
    assert record.asked() == ["/enrolment-7", "/case-2", "/enrolment-8", "/case-3"]


async def test_services_that_answer_one_another_without_end_are_stopped(record: Record, caplog: pytest.LogCaptureFixture) -> None:
    record.begin_anew(OfBoth())
    record.say(1)
    await record.follow()
    for n in range(1, 2 * MOST_HOPS):
        # The service decides the command, and its fact is heard in turn.
        hops = read_event(record.log.topics[COMMANDS][P][-1].value).hops
        record.values.append(written(f"fact-{n}", "/case", CaseMoved.TYPE, f"{n:016d}-0000", hops=hops, reportedby="/case/policies"))
        await record.follow(first=n)
    assert len(record.asked()) == 1 + MOST_HOPS
    assert any("without end" in line.message for line in caplog.records)


async def test_what_came_from_outside_adds_no_hop(record: Record) -> None:
    record.say(1)
    await record.follow()
    assert b"hops" not in (record.log.topics[COMMANDS][P][0].value or b"")


async def test_a_version_newer_than_the_code_stops_the_policies(record: Record) -> None:
    record.say(1, ANSWERED.replace(".v1", ".v2"))
    with pytest.raises(NewerVersion):
        await record.follow()


@pytest.mark.parametrize("type_", ["cn.baoxue.student.daydreamt.v1", "nothing of ours"])
async def test_a_type_that_nobody_knows_is_passed_over(record: Record, type_: str) -> None:
    record.say(1, type_)
    record.say(2)
    assert await record.follow() == 2
    assert record.asked() == ["/enrolment-2"]


async def test_bytes_that_nobody_can_read_are_passed_over(record: Record) -> None:
    record.values += [b"{not json", b'{"source": "/enrolment"}']
    record.say(1)
    assert await record.follow() == 3
    assert len(record.asked()) == 1


async def test_a_sequence_that_is_none_holds_nothing_up(record: Record) -> None:
    record.values.append(written("odd", "/enrolment", ANSWERED, "zzzzzzzzzzzzzzzz-0000"))
    record.say(1)
    assert await record.follow() == 2
    assert record.asked() == ["/enrolment-1"]


async def test_without_looking_whether_it_is_a_sequence_it_ends_the_policies(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "is_sequence", lambda _text: True)
    record.values.append(written("odd", "/enrolment", ANSWERED, "000000000000000z-0000"))
    with pytest.raises(ValueError, match="000z"):
        await record.follow()


async def test_the_cursor_stays_while_the_log_does_not_acknowledge(record: Record) -> None:
    await record.follower.cursors(frozenset({P}))
    record.say(1)
    record.log.unavailable = True
    with pytest.raises(LogUnavailable):
        await record.follow()
    record.log.unavailable = False
    assert await record.follower.cursors(frozenset({P})) == {P: 0}


async def test_a_lost_cursor_is_found_again_in_the_commands_and_the_last_fact_is_taken_once_more(record: Record) -> None:
    for n in range(1, 6):
        record.say(n, ANSWERED if n < 5 else IGNORED)
    await record.follow()
    record.database.lose()
    record.begin_anew()
    assert await record.follower.cursors(frozenset({P})) == {P: 3}
    assert await record.follow(first=3) == 5
    assert record.asked()[-2:] == ["/enrolment-4", "/enrolment-4"]
    assert len({read_event(each.value).id for each in record.log.topics[COMMANDS][P]}) == 4, "the same id again: the decider knows it"


async def test_a_worker_that_was_overtaken_asks_for_nothing(record: Record) -> None:
    record.say(1)
    await record.follow()
    record.say(2)
    await record.follow(first=1)
    overtaken = RecordBatch(topics.STUDENT_STATUS, P, 1, 2, [LogRecord(1, KEY, record.values[1])])
    assert await record.follower.follow(overtaken) == 2
    assert len(record.asked()) == 2


async def test_what_another_worker_did_meanwhile_is_found_though_the_cursor_was_remembered(record: Record) -> None:
    record.say(1)
    await record.follow()
    ours = record.follower
    record.begin_anew()
    record.say(2)
    assert await record.follow(first=1) == 2
    record.say(3)
    record.follower = ours
    assert await record.follow(first=1) == 2, "it goes on where the other one stands"
    assert await record.follow(first=2) == 3
    assert len({read_event(each.value).id for each in record.log.topics[COMMANDS][P]}) == 3, (
        "what was asked twice has the same id: the decider knows it"
    )
    assert set(record.asked()) == {"/enrolment-1", "/enrolment-2", "/enrolment-3"}


async def test_a_loss_of_redis_between_two_batches_is_found_though_the_cursor_was_remembered(record: Record) -> None:
    for n in range(1, 4):
        record.say(n)
    await record.follow()
    record.database.lose()
    record.say(4)
    assert await record.follow(first=3) == 3, "the last fact that was answered is taken once more"
    assert await record.follow(first=3) == 4
    assert set(record.asked()) == {f"/enrolment-{n}" for n in range(1, 5)}


async def test_a_worker_that_was_sent_back_after_a_loss_takes_the_batch_at_once_though_a_cursor_was_remembered(record: Record) -> None:
    for n in range(1, 4):
        record.say(n)
    await record.follow()
    record.database.lose()
    assert await record.follower.cursors(frozenset({P})) == {P: 2}
    assert await record.follow(first=2) == 3


async def test_a_partition_that_comes_back_begins_at_the_cursor_that_others_left(record: Record) -> None:
    record.say(1)
    await record.follow()
    ours = record.follower
    record.begin_anew()
    record.say(2)
    await record.follow(first=1)
    record.say(3)
    record.follower = ours
    ours.assigned(frozenset({P}))
    assert await record.follow(first=2) == 3
    assert record.asked() == ["/enrolment-1", "/enrolment-2", "/enrolment-3"]


async def test_without_looking_at_sequences_a_repeat_asks_twice(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_follower, "_is_repeat", lambda *_: False)
    record.say(1)
    record.say(1)
    await record.follow()
    assert len(record.asked()) == 2


@pytest.mark.parametrize("guarded", [True, False])
async def test_without_looking_at_the_cursor_a_batch_from_before_a_loss_asks_for_all_of_it_again(
    record: Record, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(1, 5):
        record.say(n)
    await record.follow()
    record.database.lose()
    record.begin_anew()
    if not guarded:
        monkeypatch.setattr(policy_follower, "_begins_at_cursor", lambda *_: True)
    assert await record.follow() == 3
    assert len(record.asked()) == (4 if guarded else 8)


# --- commands for another subject


OTHER = 1 - P


async def test_a_command_for_another_subject_goes_to_the_partition_of_that_subject_under_its_key(record: Record) -> None:
    record.begin_anew(ToAnother())
    record.say(1)
    record.say(2, ADDRESSED)
    assert await record.follow() == 2
    assert (record.asked(), record.asked(OTHER)) == (["/enrolment-1"], ["/enrolment-2"])
    [command] = record.log.topics[COMMANDS][OTHER]
    event = read_event(command.value)
    assert (command.key, event.subject, event.partitionkey) == (ELSEWHERE.encode(), ELSEWHERE, ELSEWHERE)
    assert (event.id, event.sequence) == (uuid5_of_position(topics.STUDENT_STATUS, P, 1, 0), "0000000000000001-0000"), "of the fact's position"


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_command_of_another_partitions_fact_does_not_mislead_a_lost_cursor(
    record: Record, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken for one of this partition, a command of offset 900 of the other would pass over 900 facts that nobody answered."""
    far = [LogRecord(900, SUBJECTS[OTHER].encode(), written("far", "/enrolment", ADDRESSED, f"{900:016d}-0000", partition=OTHER))]
    record.begin_anew(ToAnother())
    toward_here = PolicyFollower(ToHere(), record.database.client, record.log, generation="2", partitions=PARTITIONS)
    await record.database.client.hset(key_of("test", "2", OTHER, "policies"), "next", "900")
    assert await toward_here.follow(RecordBatch(topics.STUDENT_STATUS, OTHER, 900, 901, far)) == 901
    assert record.asked() == ["far"]
    record.say(1)
    record.say(2)
    await record.follow()
    record.database.lose()
    record.begin_anew(ToAnother())
    if not guarded:
        monkeypatch.setattr(policy_follower, "_answers_fact_of", lambda *_: True)
    assert await record.follower.cursors(frozenset({P})) == {P: 1 if guarded else 900}


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_command_addressed_elsewhere_is_acknowledged_before_those_by_which_a_lost_cursor_is_found(
    record: Record, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were it published after them and did the worker and Redis both end in between, nobody would publish it ever again."""
    record.begin_anew(ToAnother())
    in_order = policy_follower._in_order
    if not guarded:
        monkeypatch.setattr(policy_follower, "_in_order", lambda commands, *, last: tuple(reversed(in_order(commands, last=last))))
    await record.follower.cursors(frozenset({P}))
    record.say(1, ADDRESSED)
    record.say(2)
    record.log.appends_left = 1
    with pytest.raises(LogUnavailable):
        await record.follow()
    record.log.appends_left = None
    record.database.lose()
    record.begin_anew(ToAnother())
    next_ = (await record.follower.cursors(frozenset({P})))[P]
    assert next_ is not None
    await record.follow(first=next_)
    assert record.asked(OTHER)[:1] == (["/enrolment-1"] if guarded else [])


# --- facts that somebody else wrote


FORGED = {
    "beyond its input topic": written("forged", "/enrolment", ANSWERED, f"{5_000:016d}-0000"),
    "of another partition": written("forged", "/enrolment", ANSWERED, f"{50:016d}-0000", partition=1 - P),
    "of another service's type": written("forged", "/enrolment", CaseMoved.TYPE, f"{50:016d}-0000"),
    "under another id": written("forged", "/enrolment", ANSWERED, f"{50:016d}-0000").replace(b'"id":"', b'"id":"0'),
    "of a newer version": written("forged", "/enrolment", ANSWERED.replace(".v1", ".v9"), f"{5_000:016d}-0000"),
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_forged_fact_is_not_heard_and_those_behind_it_are(record: Record, what: str) -> None:
    record.values.append(FORGED[what])
    record.say(1)
    assert await record.follow() == 2
    assert record.asked() == ["/enrolment-1"]
