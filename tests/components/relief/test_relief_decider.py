"""What relief's worker makes of a record: its bytes, its key and a packed state in, an outcome and a new state out."""

import json
from datetime import date
from typing import Any

import pytest

from services.relief.decider import ReliefDecider
from services.relief.domain.packed import unpack
from shared.contracts.refusal import RefusalCode
from shared.contracts.registry import UNRECORDED_LANGUAGE, NewerVersion, UnknownType
from shared.contracts.relief import AidGranted, AidPaid, AidSuspended, BeginTerm
from shared.deciding import storable
from shared.deciding.decider import Judged
from shared.deciding.states.outcomes import Outcome
from shared.events.codec import Unreadable, encode, read_event, read_fact
from tests.components.shared.office_desk import source_of
from tests.components.shared.unchecked import take_out
from tests.domain.relief.grants import OFFICE, Command, boards, changed, dropped_out, grant, in_school, moved, numbered, paid

CHILD = "00112233445566778899aabbccddeeff"
P = 3


def written(asked: Command, day: str = "2019-09-02", *, id_: str = "c-1", **attributes: Any) -> bytes:
    event = {
        "specversion": "1.0", "id": id_, "source": source_of(asked, "relief"), "type": asked.TYPE, "subject": CHILD, "time": f"{day}T08:00:00+08:00",
        "recordedtime": "2019-09-01T00:00:00Z", "partitionkey": CHILD, "sequence": "-", "causationid": "f-1", "correlationid": "r-1",
        "data": json.loads(encode(asked)),
    } | attributes  # fmt: skip
    return json.dumps(event).encode()


def judged(value: bytes | None, state: bytes | None = None, *, offset: int = 7, key: bytes = CHILD.encode(), decider: Any = None) -> Judged:
    found: Judged = (decider or ReliefDecider()).judge(key, value, state, partition=P, offset=offset)
    return found


def told(*story: tuple[str, Command]) -> bytes:
    """The state after a story, each command of which must make a fact."""
    state: bytes | None = None
    for n, (day, asked) in enumerate(story):
        found = judged(written(numbered(asked, n), day, id_=f"c-{n}"), state, offset=n)
        assert found.outcome == Outcome.ACCEPTED
        state = found.state
    assert state is not None
    return state


DUE = told(("2019-09-02", in_school))


def test_a_command_becomes_a_fact_that_names_its_position_and_its_cause() -> None:
    found = judged(written(numbered(in_school, 41)))
    event, fact = read_fact(found.fact)
    assert (event.source, event.subject, event.sequence) == ("/relief", CHILD, "0000000000000007-0000")
    assert (event.causationid, event.correlationid, event.reportedby) == ("c-1", "r-1", "/relief/policies")
    assert type(fact) is AidGranted
    assert (fact.before, fact.after, fact.fact) == (None, grant(), "0000000000000041-0000")
    assert found.outcome == Outcome.ACCEPTED
    assert (found.refusal, found.exception) == (None, None)


def test_the_same_bytes_on_the_same_state_give_the_same_bytes() -> None:
    value = written(numbered(dropped_out, 9), "2019-10-08")
    assert judged(value, DUE) == judged(value, DUE)
    assert judged(value, DUE).fact != judged(value, DUE, offset=8).fact


def test_a_state_is_built_again_from_the_record_as_it_was() -> None:
    story: list[tuple[str, Command]] = [("2019-09-02", in_school), ("2019-09-16", boards), ("2019-10-08", moved), ("2019-11-04", dropped_out)]
    state: bytes | None = None
    rebuilt: bytes | None = None
    for n, (day, asked) in enumerate(story):
        found = judged(written(numbered(asked, n), day, id_=f"c-{n}"), state, offset=n)
        state = found.state
        rebuilt = ReliefDecider().evolved(read_event(found.fact), rebuilt)
    assert rebuilt == state


def test_the_day_of_a_command_is_that_of_its_time_in_china() -> None:
    still_january = judged(written(numbered(in_school, 1), time="2020-01-31T15:59:59Z"))
    february = judged(written(numbered(in_school, 1), time="2020-01-31T16:00:00Z"))
    assert [each.grant.term for each in unpack(still_january.state).grants] == ["2019-autumn"]
    assert [each.grant.term for each in unpack(february.state).grants] == ["2020-spring"]


def test_what_says_nothing_new_leaves_no_trace() -> None:
    assert judged(written(numbered(in_school, 9)), DUE) == Judged(Outcome.DUPLICATE)


def test_a_refusal_names_its_code_field_and_rule() -> None:
    found = judged(written(changed(paid, fen=1), "2019-10-16"), DUE)
    assert (found.outcome, found.state, found.fact) == (Outcome.REFUSED, None, None)
    refusal = read_event(found.refusal)
    assert (refusal.source, refusal.causationid, refusal.reportedby) == ("/relief", "c-1", OFFICE)
    said = UNRECORDED_LANGUAGE.read(refusal.type, refusal.data)
    assert (said.code, said.field, said.detail) == (RefusalCode.OTHER_AMOUNT, "data.fen", "31250 fen are due")
    assert json.loads(found.exception or b"") == {"id": "c-1", "code": "other_amount", "field": "data.fen", "detail": "31250 fen are due"}


def test_the_office_of_a_county_that_took_over_another_answers_for_what_was_granted_there() -> None:
    changdao = told(("2019-09-02", changed(in_school, county="370634")))
    for office, outcome in (
        ("/counties/370634", Outcome.ACCEPTED),
        ("/counties/370614", Outcome.ACCEPTED),
        ("/counties/370602", Outcome.REFUSED),
        ("/counties/999999", Outcome.REFUSED),
    ):
        assert judged(written(changed(paid, office=office), "2020-07-16"), changdao).outcome == outcome


def test_a_payment_keeps_what_it_was_made_by() -> None:
    found = judged(written(paid, "2019-10-16"), DUE)
    _, fact = read_fact(found.fact)
    assert isinstance(fact, AidPaid)
    assert (fact.office, fact.reference, fact.day) == (OFFICE, "ZF/2019-0001", date(2019, 10, 15))


# --- refusals and dead letters


@pytest.mark.parametrize("key", [None, b"", b"0" * 31, b"0" * 33, b"g" * 32, b"513431", b"\xff" * 32])
def test_a_key_that_is_no_student_has_no_state(key: bytes | None) -> None:
    with pytest.raises(Unreadable, match="student id"):
        ReliefDecider().state_id(key)


def test_a_students_state_is_kept_by_its_sixteen_bytes() -> None:
    assert ReliefDecider().state_id(CHILD.encode()) == bytes.fromhex(CHILD)


@pytest.mark.parametrize(
    ("value", "saying"),
    [
        (b"{not json", "malformed"),
        (written(numbered(in_school, 1), subject="f" * 32), "not the subject"),
        (written(numbered(in_school, 1), time="0001-01-01T08:00:00+08:00"), "year"),
        (written(numbered(in_school, 1), time="9999-12-31T23:00:00-08:00"), "year"),
        (written(in_school), "fact"),
        (written(changed(in_school, fact="9999999999999999-9999")), "fact"),
        (written(numbered(changed(in_school, county="51343a"), 1)), "county"),
        (written(numbered(changed(in_school, county="+51343"), 1)), "county"),
        (written(numbered(in_school, 1), data={}), "missing"),
    ],
)
def test_what_cannot_be_meant_is_unreadable(value: bytes, saying: str) -> None:
    with pytest.raises(Unreadable, match=saying):
        judged(value)


@pytest.mark.parametrize(
    ("office", "source", "may"),
    [
        (None, "/relief/operator", True),
        (None, "/relief/policies", True),
        (OFFICE, "/relief/policies", True),
        (None, OFFICE, False),
        (OFFICE, OFFICE, True),
        (OFFICE, "/relief/operator", False),
    ],
)
def test_a_term_is_begun_by_the_office_that_is_named_or_by_an_operator(office: str | None, source: str, may: bool) -> None:
    value = written(BeginTerm(office=office, term="2019-autumn"), source=source)
    if may:
        assert judged(value).outcome in Outcome
        return
    with pytest.raises(Unreadable, match="may ask for this"):
        judged(value)


def test_a_type_that_is_none_of_reliefs_is_unknown_and_a_newer_version_stops_the_worker() -> None:
    with pytest.raises(UnknownType):
        judged(written(numbered(in_school, 1), type="cn.baoxue.case.asked.open.v1"))
    with pytest.raises(NewerVersion):
        judged(written(numbered(in_school, 1), type=in_school.TYPE.replace("v1", "v2")))


@pytest.mark.parametrize(
    ("guard", "value"),
    [
        ("county", written(numbered(changed(in_school, county="51343a"), 1))),
        ("fact", written(changed(in_school, fact="9999999999999999-9999"))),
    ],
)
def test_without_the_look_at_it_the_worker_would_stop(guard: str, value: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    take_out(monkeypatch, guard)
    with pytest.raises(ValueError, match=r"sequence|invalid literal"):
        judged(value)


def test_without_the_look_at_the_time_the_worker_would_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storable, "_check_time", lambda _time: None)
    with pytest.raises(OverflowError):
        judged(written(numbered(in_school, 1), time="9999-12-31T23:00:00-08:00"))


# --- lists


def test_a_grant_is_listed_by_county_and_state_in_the_order_of_terms_and_an_eligible_child_by_county() -> None:
    autumn, spring = (2 * 2019 + 1).to_bytes(2), (2 * 2020).to_bytes(2)
    assert ReliefDecider().listed(DUE) == {("513431:due", autumn), ("513431:eligible", b"")}
    assert ReliefDecider().listed(told(("2019-09-02", in_school), ("2020-02-17", in_school))) == {
        ("513431:due", autumn),
        ("513431:due", spring),
        ("513431:eligible", b""),
    }
    both = told(("2019-09-02", in_school), ("2020-02-17", moved))
    assert ReliefDecider().listed(both) == {("513431:due", autumn), ("513429:due", spring), ("513429:eligible", b"")}
    suspended = judged(written(numbered(dropped_out, 9), "2019-10-08"), DUE)
    assert type(read_fact(suspended.fact)[1]) is AidSuspended
    assert ReliefDecider().listed(suspended.state) == {("513431:suspended", autumn)}
    assert ReliefDecider().listed(None) == frozenset()
