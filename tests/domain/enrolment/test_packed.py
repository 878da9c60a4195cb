"""States as bytes: what was stored must be readable for as long as its format is."""

import pytest
from msgspec.structs import replace

from services.enrolment.domain import county
from services.enrolment.domain.county import CountyLedger
from services.enrolment.domain.happenings import DETAIL
from services.enrolment.domain.numbers import OUTCOMES, REASONS, STAGES, STATUSES
from services.enrolment.domain.packed import FORMAT, pack, pack_ledger, transfers_of, unpack, unpack_ledger
from services.enrolment.domain.state import INITIAL, Student
from services.enrolment.domain.timeline import ENTRY
from services.enrolment.domain.transfers import Transfer
from shared.contracts.reports import CountyReported
from shared.contracts.student import MOST_TRANSFERS
from shared.contracts.words import ClearedOutcome, Reason, Stage, Status
from shared.states import UnknownFormat
from tests.domain.enrolment.children import STORIES
from tests.domain.enrolment.scenario import day, given


def test_the_numbers_of_words_never_change() -> None:
    assert list(STATUSES) == [None, *Status]
    assert list(REASONS) == [None, *Reason]
    assert list(STAGES) == [None, *Stage]
    assert list(OUTCOMES) == list(ClearedOutcome)
    assert list(OUTCOMES.values()) == list(range(1, len(OUTCOMES) + 1))
    for numbers in (STATUSES, REASONS, STAGES):
        assert list(numbers.values()) == list(range(len(numbers)))


@pytest.mark.parametrize("found", STORIES)
def test_a_child_of_every_status_is_read_back_as_it_was(found: str) -> None:
    child = given(*STORIES[found]).child
    assert unpack(pack(child)) == child


def test_the_extremes_fit() -> None:
    most, least_moment = 2**63 - 1, -(2**63)
    transfers = (Transfer("999999", "000000", most), *[Transfer("000000", "999999", least_moment)] * (MOST_TRANSFERS - 1))
    child = Student(
        Status.REMOVED, "999999", Stage.JUNIOR, True, Reason.UNKNOWN, "9999999999", 9, Status.REMOVED, 2**31 - 1, most, most - 1, most - 2,
        transfers, bytes(60 * ENTRY), 2**32 - 1, None, (), bytes(60 * DETAIL), INITIAL,
    )  # fmt: skip
    assert unpack(pack(child)) == child
    assert tuple(transfers_of(pack(child))) == transfers
    least = Student(Status.REGISTERED, "000000", None, False, None, "0000000000", 1)
    assert unpack(pack(least)) == least


def test_a_state_stays_byte_for_byte_what_it_was() -> None:
    # format; suspected, enrolled before; no reason, junior, poor; spells; county, school and grade; three moments; minute;
    # two happenings; and of each: moment; kind, source, marks; place
    state = bytes.fromhex(
        "04 42 05 00000000 01f565c8035a7c17 00059fda92e94000 00059fc67511e000 00059fc67511e000 01929720 886e6c064a4e3f3909 15692d6bc28211c5dc"
        "00059fc67511e000 030400000033009e 001f565c8035a7c1 00059fda92e94000 0604000000330000 0000000000000000"
    )
    child = given(*STORIES["suspected"]).child
    assert pack(child).hex() == state.hex()
    assert unpack(state) == child


def test_a_child_with_two_happenings_takes_109_bytes() -> None:
    assert len(pack(given(*STORIES["dropped_out"]).child)) == 109


def test_a_child_is_read_back_with_what_it_was_before_the_oldest_happening_that_is_kept() -> None:
    child = replace(given(*STORIES["suspected"]).child, base=given(*STORIES["returned"]).child)
    assert unpack(pack(child)) == child
    whole = [
        len(pack(child)) - n * (ENTRY + DETAIL) for n in range(len(child.timeline) // ENTRY + 1)
    ]  # with fewer happenings it reads as such a child
    for length in set(range(len(pack(child)))) - set(whole):
        with pytest.raises(UnknownFormat):
            unpack(pack(child)[:length])


def test_a_county_has_no_transfers_whatever_its_state() -> None:
    for newest in (-1, 0, 2**62, -(2**63), 2**63 - 1):
        assert transfers_of(pack_ledger(CountyLedger(newest))) == []
    assert transfers_of(None) == []


def test_no_state_is_a_child_never_heard_of() -> None:
    assert unpack(None) == INITIAL
    assert unpack_ledger(None) == county.INITIAL


def test_a_county_is_read_back_as_it_was() -> None:
    fact = county.decide(county.INITIAL, CountyReported(31), at=day(1), source="/counties/513431", id="z-1")
    assert fact is not None
    ledger = county.evolve(county.INITIAL, fact, at=day(1), source="/counties/513431", id="z-1")
    assert unpack_ledger(pack_ledger(ledger)) == ledger
    assert unpack_ledger(pack_ledger(CountyLedger())) == CountyLedger()


@pytest.mark.parametrize("state", [b"", bytes([FORMAT + 1]) + bytes(22), bytes([0]) + bytes(30)])
def test_a_state_of_another_format_says_what_to_do(state: bytes) -> None:
    with pytest.raises(UnknownFormat, match="`baoxue rebuild enrolment` builds another generation"):
        unpack(state)
    with pytest.raises(UnknownFormat, match="`baoxue rebuild enrolment` builds another generation"):
        unpack_ledger(state)


@pytest.mark.parametrize("length", [1, 8, 42, 44, 60])
def test_a_child_that_was_cut_off_is_not_read(length: int) -> None:
    with pytest.raises(UnknownFormat, match="cut off or damaged"):
        unpack(pack(given(*STORIES["suspected"]).child)[:length])


@pytest.mark.parametrize("length", [1, 8, 15, 17, 33])
def test_a_county_that_was_cut_off_is_not_read(length: int) -> None:
    with pytest.raises(UnknownFormat, match="cut off or damaged"):
        unpack_ledger(pack_ledger(CountyLedger(0, bytes(2 * ENTRY)))[:length])


@pytest.mark.parametrize(("at", "value"), [(1, 0xFF), (2, 0xFF)])
def test_a_state_with_a_number_that_was_never_given_is_not_read(at: int, value: int) -> None:
    state = bytearray(pack(given(*STORIES["suspected"]).child))
    state[at] = value
    with pytest.raises(UnknownFormat, match="cut off or damaged"):
        unpack(bytes(state))
