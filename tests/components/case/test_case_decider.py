"""From the bytes of a command and a packed state to bytes: what case's worker decides, and what it does with what nobody can read."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from msgspec import Raw

from services.case.decider import CaseDecider
from services.case.domain.stored_numbers import pack_day
from shared.clock import CHINA
from shared.contracts.case import CaseFact, CaseOpened
from shared.contracts.case_codes import Urgency
from shared.contracts.case_commands import CaseCommand
from shared.contracts.case_days import BeginDay, DayBegan, TellUrgency
from shared.contracts.registry import NewerVersion, UnknownType
from shared.contracts.sequence import sequence_of
from shared.contracts.suspicions import NoteSuspicion, SuspicionOutstayed, suspicion_of
from shared.deciding.decider import Judged, student_state_id
from shared.deciding.deciding_follower import decide_batch
from shared.deciding.states.outcomes import Outcome
from shared.events.codec import Unreadable, read_event, read_fact
from shared.events.envelope import Event
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.clock_keys import clock_key
from shared.log.event_log import LogRecord
from shared.worker.follower import RecordBatch
from tests.components.case.case_desk import asked
from tests.components.shared.office_desk import CHILD, at
from tests.components.shared.unchecked import take_out
from tests.domain.case.case_story import OFFICE, attempt, back, confirmed, corroborated, moved, opened, proposed
from tests.domain.case.flag_story import cleared, drawn, rechecked, sampled
from tests.domain.case.owner_story import taken_over
from tests.domain.case.place_story import HERE, assigned, counted, hold
from tests.domain.case.test_case_laws import History, histories, law
from tests.domain.case.test_oversight import BURST

P, AT = 3, 1234
KEY = CHILD.encode()
decider = CaseDecider()


def judged(value: bytes, state: bytes | None = None, *, key: bytes = KEY) -> Judged:
    return decider.judge(key, value, state, partition=P, offset=AT)


def changed(value: bytes, **attributes: Any) -> bytes:
    return json.dumps(json.loads(value) | attributes).encode()


OPEN = asked(opened(), time=at("2020-06-10"), id_="p-1")


def test_a_fact_has_the_position_the_times_and_the_source_of_its_command() -> None:
    outcome = judged(OPEN)
    assert outcome.fact is not None
    fact, data = read_fact(outcome.fact)
    assert isinstance(data, CaseOpened)
    assert (fact.id, fact.sequence) == (uuid5_of_position(topics.CASE_COMMANDS, P, AT, 0), sequence_of(AT, 0))
    assert (fact.source, fact.subject, fact.partitionkey, fact.reportedby) == ("/case", CHILD, CHILD, "/case/policies")
    assert (fact.time, fact.recordedtime, fact.causationid, fact.correlationid) == (at("2020-06-10"), at("2020-06-10"), "p-1", "f")
    assert (outcome.outcome, outcome.refusal, outcome.exception) == (Outcome.ACCEPTED, None, None)


def test_the_day_of_a_command_is_that_of_its_time_in_china() -> None:
    late = asked(opened(), time=datetime.fromisoformat("2020-06-10T16:30:00+00:00"), id_="p-1")
    _, data = read_fact(judged(late).fact)
    assert str(data.after.due) == "2020-06-18"


def test_what_says_nothing_new_leaves_nothing_behind() -> None:
    assert judged(OPEN, judged(OPEN).state) == Judged(Outcome.DUPLICATE)


def test_a_refusal_goes_into_the_log_and_is_kept_for_the_office() -> None:
    outcome = judged(asked(proposed(), time=at("2020-06-14"), id_="c-1"), judged(OPEN).state)
    assert (outcome.outcome, outcome.state, outcome.fact) == (Outcome.REFUSED, None, None)
    assert outcome.refusal is not None
    assert outcome.exception is not None
    refusal = read_event(outcome.refusal)
    assert (refusal.type, refusal.source, refusal.causationid, refusal.reportedby) == ("cn.baoxue.report.refused.v1", "/case", "c-1", OFFICE)
    assert json.loads(bytes(refusal.data))["code"] == json.loads(outcome.exception)["code"] == "not_allowed_now"


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"[]",
        changed(OPEN, subject="f" * 32),
        changed(OPEN, data={"county": "513431"}),
        changed(OPEN, time="0001-01-01T00:00:00Z"),
        changed(OPEN, time="0001-01-01T00:00:00+14:00"),
        changed(OPEN, time="9999-12-31T23:00:00Z"),
        changed(OPEN, data={"county": "51343a", "fact": "0000000000000001-0000"}),
        changed(OPEN, data={"county": "+51343", "fact": "0000000000000001-0000"}),
        changed(OPEN, data={"county": "٥١٣٤٣١", "fact": "0000000000000001-0000"}),
        changed(OPEN, data={"county": "513431", "fact": "9999999999999999-9999"}),
        changed(OPEN, data={"county": "513431", "fact": "000000000000000x-0000"}),
        changed(OPEN, data={"county": "513431", "fact": "0000000000000001_0000"}),
    ],
)
def test_bytes_that_are_no_command_become_a_dead_letter(value: bytes) -> None:
    with pytest.raises(Unreadable):
        judged(value)


@pytest.mark.parametrize(
    ("guard", "data"),
    [
        ("county", {"county": "51343a", "fact": "0000000000000001-0000"}),
        ("fact", {"county": "513431", "fact": "9999999999999999-9999"}),
    ],
)
def test_without_the_look_at_numbers_the_worker_would_stop(guard: str, data: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    take_out(monkeypatch, guard)
    with pytest.raises(ValueError, match=r"sequence|invalid literal"):
        judged(changed(OPEN, data=data))


@pytest.mark.parametrize(
    "key", [None, b"", b"51343", b"51343a", b"county513431\0\0\0\0".hex().encode(), CHILD[:-1].encode(), b"x" * 32, "é".encode() * 16]
)
def test_a_key_that_is_no_student_becomes_a_dead_letter(key: bytes | None) -> None:
    with pytest.raises(Unreadable):
        decider.state_id(key)


@pytest.mark.parametrize("command", [attempt(), proposed(), confirmed()], ids=["an attempt", "a closing", "its confirmation"])
@pytest.mark.parametrize("source", ["/case/operator", "/case", "/relief/policies", "/nation", "/counties/110101", ""])
def test_what_an_office_asks_for_is_asked_in_its_own_name_or_by_a_policy(command: CaseCommand, source: str) -> None:
    with pytest.raises(Unreadable, match="may ask for this"):
        judged(changed(asked(command, time=at("2020-06-14"), id_="c-1"), source=source))


@pytest.mark.parametrize("source", [OFFICE, "/case", "/case/operator", "/relief/policies", "/enrolment", ""])
def test_what_follows_from_a_fact_is_asked_by_the_policies_of_case(source: str) -> None:
    with pytest.raises(Unreadable, match="may ask for this"):
        judged(changed(OPEN, source=source))


def test_a_command_under_another_childs_partition_key_becomes_a_dead_letter() -> None:
    with pytest.raises(Unreadable, match="partition"):
        judged(changed(OPEN, partitionkey="f" * 32))


def test_a_command_that_nobody_knows_becomes_a_dead_letter_and_a_newer_one_stops_the_worker() -> None:
    with pytest.raises(UnknownType):
        judged(changed(OPEN, type="cn.baoxue.case.asked.dance.v1"))
    with pytest.raises(NewerVersion):
        judged(changed(OPEN, type="cn.baoxue.case.asked.open.v2"))


def test_a_fact_is_no_command() -> None:
    with pytest.raises(UnknownType):
        judged(changed(OPEN, type=CaseOpened.TYPE))


def test_a_file_leaves_one_list_for_another() -> None:
    state = judged(OPEN).state
    assert decider.listed(None) == frozenset()
    assert {name for name, _ in decider.listed(state)} == {"513431:open", "359:falls"}
    sent = judged(asked(moved(), time=at("2020-06-12"), id_="p-2"), state).state
    assert {name for name, _ in decider.listed(sent)} == {"513431:open", "359:falls", "513431:sent", "513429:incoming"}
    after = judged(asked(taken_over(), time=at("2020-06-13"), id_="c-1"), sent).state
    assert {name for name, _ in decider.listed(after)} == {"513429:open", "357:falls"}


def test_a_batch_is_judged_in_order_and_a_file_changes_once() -> None:
    story = [opened(), attempt(), back(), corroborated()]
    values = [asked(each, time=at(f"2020-06-{10 + n}"), id_=f"c-{n}") for n, each in enumerate(story)]
    records = [LogRecord(n, KEY, value) for n, value in enumerate(values)]
    step = decide_batch(decider, RecordBatch(topics.CASE_COMMANDS, P, 0, 4, records), [bytes.fromhex(CHILD)] * 4, {bytes.fromhex(CHILD): None})
    assert (step.outcomes, len(step.facts), len(step.changes)) == (b"aaaa", 4, 1)
    [change] = step.changes
    assert ({name for name, _ in change.leaves}, {name for name, _ in change.enters}) == (set(), {"513431:returned", "359:falls"})


# --- days


CLOCK = clock_key(P, 12).encode()


def test_a_day_begins_at_the_clock_of_a_partition_once_and_in_order() -> None:
    begin = [asked(BeginDay(day=day), child=CLOCK.decode(), time=at(str(day)), id_=f"d-{day}") for day in (date(2020, 6, 14), date(2020, 6, 15))]
    first = judged(begin[0], key=CLOCK)
    assert first.fact is not None
    event, data = read_fact(first.fact)
    assert (event.subject, event.source, data) == (CLOCK.decode(), "/case", DayBegan(day=date(2020, 6, 14), working_day=False, school_day=False))
    assert decider.evolved(read_event(first.fact), None) == first.state
    assert decider.listed(first.state) == {("clock:began", pack_day(date(2020, 6, 14)))}
    assert judged(begin[0], first.state, key=CLOCK) == Judged(Outcome.DUPLICATE)
    second = judged(begin[1], first.state, key=CLOCK)
    assert second.outcome is Outcome.ACCEPTED
    assert judged(begin[0], second.state, key=CLOCK) == Judged(Outcome.DUPLICATE)


def test_nothing_but_a_day_happens_at_a_clock_and_no_day_begins_at_a_child() -> None:
    day = BeginDay(day=date(2020, 6, 14))
    with pytest.raises(Unreadable, match="clock"):
        judged(asked(day, time=at("2020-06-14"), id_="d"))
    with pytest.raises(Unreadable, match="clock"):
        judged(asked(opened(), child=CLOCK.decode(), time=at("2020-06-14"), id_="p"), key=CLOCK)
    with pytest.raises(Unreadable, match="the key is no student id"):
        decider.state_id(CLOCK[:-1] + b"z")
    assert decider.state_id(CLOCK) == bytes.fromhex(CLOCK.decode())
    with pytest.raises(Unreadable, match="clock"):
        student_state_id(CLOCK)


SUSPECTED = suspicion_of(CHILD).encode()


def test_a_suspicion_is_watched_under_its_own_key_and_is_listed_until_its_term_has_passed() -> None:
    note = NoteSuspicion(student=CHILD, county="513431", fact=sequence_of(3, 0))
    first = judged(asked(note, child=SUSPECTED.decode(), time=at("2020-06-14"), id_="p"), key=SUSPECTED)
    assert first.fact is not None
    assert decider.evolved(read_event(first.fact), None) == first.state
    ((name, _),) = decider.listed(first.state)
    assert name == "359:falls"
    day = asked(TellUrgency(day=date(2020, 7, 15)), child=SUSPECTED.decode(), time=at("2020-07-15"), id_="d")
    second = judged(day, first.state, key=SUSPECTED)
    assert second.fact is not None
    event, data = read_fact(second.fact)
    assert (event.subject, data) == (SUSPECTED.decode(), SuspicionOutstayed(student=CHILD, county="513431", fact=sequence_of(3, 0)))
    assert decider.evolved(read_event(second.fact), first.state) == second.state
    assert decider.listed(second.state) == frozenset()


def test_what_somebody_else_wrote_of_a_day_or_a_suspicion_under_a_childs_key_overwrites_no_file() -> None:
    file = judged(OPEN).state
    day = judged(asked(BeginDay(day=date(2020, 6, 14)), child=CLOCK.decode(), time=at("2020-06-14"), id_="d"), key=CLOCK).fact
    note = NoteSuspicion(student=CHILD, county="513431", fact=sequence_of(3, 0))
    noted = judged(asked(note, child=SUSPECTED.decode(), time=at("2020-06-14"), id_="p"), key=SUSPECTED).fact
    for forged in (day, noted):
        assert forged is not None
        assert decider.evolved(read_event(forged), file) == file


def test_nothing_else_happens_at_a_suspicion_and_no_suspicion_at_a_child() -> None:
    note = NoteSuspicion(student=CHILD, county="513431", fact=sequence_of(3, 0))
    with pytest.raises(Unreadable, match="of a suspicion"):
        judged(asked(note, time=at("2020-06-14"), id_="p"))
    with pytest.raises(Unreadable, match="of something else"):
        judged(asked(opened(), child=SUSPECTED.decode(), time=at("2020-06-14"), id_="p"), key=SUSPECTED)
    with pytest.raises(Unreadable, match="that of a suspicion"):
        student_state_id(SUSPECTED)


def test_what_was_told_of_a_file_holds_until_its_due_day_is_another() -> None:
    state = judged(OPEN).state
    told = judged(asked(TellUrgency(day=date(2020, 6, 18)), time=at("2020-06-18"), id_="t"), state)
    assert told.fact is not None
    _, data = read_fact(told.fact)
    assert (data.before.urgency, data.after.urgency) == (None, Urgency.OVERDUE)
    sent = judged(asked(moved(), time=at("2020-06-18"), id_="p-2"), told.state)
    moved_on = judged(asked(taken_over(), time=at("2020-06-18"), id_="c-1"), sent.state)
    assert moved_on.fact is not None
    assert read_fact(moved_on.fact)[1].after.urgency is Urgency.OVERDUE
    visited = judged(asked(attempt(office="/counties/513429"), time=at("2020-06-18"), id_="a"), moved_on.state)
    assert visited.fact is not None
    _, data = read_fact(visited.fact)
    assert (data.before.urgency, data.after.urgency) == (Urgency.OVERDUE, None)


# --- laws


def decided(history: History) -> tuple[bytes | None, list[tuple[Event[Raw], CaseFact]]]:
    """Judge a history from its bytes on: the state at the end and the facts in the log."""
    state, facts = None, []
    for n, (on, cause, each) in enumerate(history):
        value = asked(each, time=datetime(on.year, on.month, on.day, 8, tzinfo=CHINA), id_=cause)
        outcome = decider.judge(KEY, value, state, partition=P, offset=n)
        if outcome.fact is not None:
            facts.append(read_fact(outcome.fact))
        state = outcome.state or state
    return state, facts


@law
@given(histories())
def test_a_state_rebuilt_from_the_record_is_byte_for_byte_the_live_one(history: History) -> None:
    state, facts = decided(history)
    rebuilt: bytes | None = None
    for event, _ in facts:
        rebuilt = decider.evolved(event, rebuilt)
    assert rebuilt == state
    assert decider.listed(rebuilt) == decider.listed(state)


@law
@given(histories())
def test_judging_the_same_again_gives_the_same_bytes(history: History) -> None:
    assert decided(history) == decided(history)


COUNTY_OF_FLAGS = asked(BURST, child="513431", time=at("2020-06-14"), id_="f-1")


def test_a_county_has_a_state_of_its_own_that_is_kept_apart_from_every_child() -> None:
    outcome = judged(COUNTY_OF_FLAGS, key=b"513431")
    assert (outcome.outcome, decider.state_id(b"513431")) == (Outcome.ACCEPTED, b"county513431" + bytes(4))
    assert outcome.fact is not None
    fact, _ = read_fact(outcome.fact)
    assert (fact.type, fact.subject, fact.partitionkey, fact.reportedby) == ("cn.baoxue.oversight.flagged.v1", "513431", "513431", "/nation")
    assert decider.evolved(read_event(outcome.fact), None) == outcome.state
    assert {name for name, _ in decider.listed(outcome.state)} == {"513431:county-flags"}
    assert judged(COUNTY_OF_FLAGS, outcome.state, key=b"513431") == Judged(Outcome.DUPLICATE)
    refusal = judged(asked(cleared(), child="513431", time=at("2020-06-14"), id_="f-2"), outcome.state, key=b"513431")
    assert (refusal.outcome, refusal.state, refusal.fact) == (Outcome.REFUSED, None, None)


@pytest.mark.parametrize(
    ("command", "key"), [(opened(), "513431"), (drawn(), "513431"), (rechecked(), "513431"), (attempt(), "513431"), (sampled(), CHILD)]
)
def test_what_is_of_a_child_is_none_of_a_county_nor_the_other_way_round(command: CaseCommand, key: str) -> None:
    with pytest.raises(Unreadable, match="the subject is a c"):
        judged(asked(command, child=key, time=at("2020-06-14"), id_="x"), key=key.encode())


def test_a_school_has_a_state_of_its_own_that_is_kept_apart_from_every_child() -> None:
    outcome = judged(asked(counted(1), child=HERE, time=at("2020-06-14"), id_="s-1"), key=HERE.encode())
    assert (outcome.outcome, decider.state_id(HERE.encode())) == (Outcome.ACCEPTED, b"school" + HERE.encode())
    assert outcome.fact is not None
    fact, _ = read_fact(outcome.fact)
    assert (fact.type, fact.subject, fact.partitionkey) == ("cn.baoxue.place.counted.v1", HERE, HERE)
    assert decider.evolved(read_event(outcome.fact), None) == outcome.state
    assert decider.listed(outcome.state) == {("513431:places", b"")}
    with pytest.raises(Unreadable, match="a county's or a school's"):
        decider.state_id((b"school" + HERE.encode()).hex().encode())


@pytest.mark.parametrize(
    ("command", "key", "what"),
    [
        (hold(), HERE, "the subject is a school"), (opened(), HERE, "the subject is a school"), (BURST, HERE, "the subject is a school"),
        (counted(1), CHILD, "the command is of a school"), (assigned(1, 1), CHILD, "the command is of a school"), (counted(1), "513431", "a county"),
    ],
)  # fmt: skip
def test_what_is_of_a_school_is_none_of_a_child_nor_of_a_county(command: CaseCommand, key: str, what: str) -> None:
    with pytest.raises(Unreadable, match=what):
        judged(asked(command, child=key, time=at("2020-06-14"), id_="x"), key=key.encode())
