"""States of relief as bytes: what was stored must be readable for as long as its format is."""

import pytest

from services.relief.domain import timeline
from services.relief.domain.grant import DIGEST, DIGESTS, INITIAL, KEPT, Pupil, TermsGrant
from services.relief.domain.packed import ANSWERS, FORMAT, SCHEMES, STAGES, STATES, pack, places_in_lists, term_key, unpack
from shared.calendar.terms import name_of, number_of
from shared.contracts.relief import Eligibility, Grant, GrantState, Scheme
from shared.contracts.relief_language import RELIEF_FACTS
from shared.contracts.relief_referrals import ReferralAnswer
from shared.contracts.words import Stage
from shared.states import UnknownFormat
from tests.domain.relief.grants import ZHAOJUE, boards, changed, dropped_out, given, in_school, noted, paid, referred
from tests.domain.relief.test_grant_table import STORIES

paid_as_boarder = changed(paid, fen=62_500)


def test_the_numbers_of_words_never_change() -> None:
    assert STATES == {GrantState.DUE: 0, GrantState.SUSPENDED: 1, GrantState.PAID: 2, GrantState.ENDED: 3}
    assert STAGES == {Stage.PRIMARY: 0, Stage.JUNIOR: 1}
    assert SCHEMES == {Scheme.LIVING_SUBSIDY: 0}
    assert list(ANSWERS) == list(ReferralAnswer)
    assert (list(STATES), list(STAGES), list(SCHEMES)) == (list(GrantState), list(Stage), list(Scheme))
    numbers = {fact.TYPE.split(".")[3]: number for fact, number in timeline._KINDS.items()}
    of_one_id = {"granted": 1, "suspended": 2, "resumed": 3, "moved": 4, "recalculated": 5, "paid": 6, "ended": 7}
    assert numbers == of_one_id | {"handed-over": 8, "taken-over": 9, "given-back": 10, "regained": 11}
    assert numbers.keys() == {fact.TYPE.split(".")[3] for fact in RELIEF_FACTS} - {
        "recognised", "lapsed", "merged", "parted", "household-noted", "referral-answered",
    }  # fmt: skip


@pytest.mark.parametrize("found", STORIES)
def test_a_child_in_every_state_is_read_back_as_it_was(found: str) -> None:
    pupil = given(*STORIES[found]).pupil
    assert unpack(pack(pupil)) == pupil


def test_the_extremes_fit() -> None:
    longest, terms = b"\1" * timeline.ENTRY * timeline.REMEMBERED, [name_of(number_of("2199-autumn") - n) for n in range(KEPT)]
    grants = [Grant(GrantState.ENDED, "999999", Scheme.LIVING_SUBSIDY, term, Stage.JUNIOR, True, 1_000_000_000) for term in reversed(terms)]
    eligible = Eligibility("999999", Stage.JUNIOR, "2199-autumn")
    pupil = Pupil(eligible, True, 2**63 - 1, b"\xff" * DIGEST * DIGESTS, tuple(TermsGrant(grant, longest, "A" * 64) for grant in grants))
    assert unpack(pack(pupil)) == pupil
    least = Grant(GrantState.DUE, "000000", Scheme.LIVING_SUBSIDY, "1900-spring", Stage.PRIMARY, False, 0)
    assert unpack(pack(Pupil(None, False, 0, b"", (TermsGrant(least),)))) == Pupil(None, False, 0, b"", (TermsGrant(least),))


def test_a_state_stays_byte_for_byte_what_it_was() -> None:
    child = given(("2019-09-02", in_school), ("2019-09-16", boards))
    pupil = child.when("2019-10-15", paid_as_boarder).left
    # format; eligible, boards, junior, two digests; position 10,000 and one more; county and term; the digests; autumn 2019, paid,
    # junior, boards; county; fen; three happenings, length of the reference; granted, recalculated, paid; the reference
    state = bytes.fromhex(
        "03 17 0000000000002711 0007d597 0fc7 7224c257d2fb b98f2dd978ca 0fc7 0e 0007d597 0000f424 03 0c "
        "01 46dd 0007d597 00007a12 05 46eb 0007d597 0000f424 06 4708 0007d597 0000f424 5a462f323031392d30303031"
    )
    assert pack(pupil) == state
    assert unpack(state) == pupil


def test_a_child_with_one_grant_that_was_suspended_once_takes_52_bytes() -> None:
    assert len(pack(given(("2019-09-02", in_school), ("2019-10-08", dropped_out)).pupil)) == 16 + 1 + 13 + 2 * 11


def test_a_child_that_was_referred_is_read_back_as_it_was() -> None:
    child = given(("2019-10-08", noted), ("2019-10-09", referred)).pupil
    # format; no marks but the household's; position 10,000 and one more; no county, no term; poor and referred, the third answer, position of
    # case's fact, length of the id; the id
    state = bytes.fromhex("03 80 0000000000002711 00000000 0000 03 02 0000000000002710 0006 737465702d31")
    assert pack(child) == state
    assert unpack(state) == child
    grown = given(("2019-09-02", in_school), ("2019-10-08", dropped_out), ("2019-10-09", referred)).pupil
    assert unpack(pack(grown)) == grown
    assert places_in_lists(pack(grown)) == {(f"{ZHAOJUE}:suspended", term_key(number_of("2019-autumn")))}


def test_no_state_is_a_child_never_heard_of() -> None:
    assert unpack(None) == INITIAL


@pytest.mark.parametrize("state", [b"", bytes([FORMAT + 1]) + bytes(15), bytes([0]) + bytes(30)])
def test_a_state_of_another_format_says_what_to_do(state: bytes) -> None:
    with pytest.raises(UnknownFormat, match="`baoxue rebuild relief` builds another generation"):
        unpack(state)


def test_a_child_that_was_cut_off_anywhere_within_a_part_is_not_read() -> None:
    state = pack(given(("2019-09-02", in_school), ("2019-09-16", boards)).when("2019-10-15", paid_as_boarder).left)
    whole = {16 + 2 * DIGEST, len(state)}
    for length in set(range(1, len(state))) - whole:
        with pytest.raises(UnknownFormat, match="cut off or damaged"):
            unpack(state[:length])


@pytest.mark.parametrize(("at", "value"), [(1, 0xFF), (16 + 2 + 6, 0xFF), (16 + 6 + 2, 0x80)])
def test_a_state_with_a_number_that_means_nothing_is_not_read(at: int, value: int) -> None:
    state = bytearray(pack(given(("2019-09-02", in_school), ("2019-09-16", boards)).pupil))
    state[at] = value
    with pytest.raises(UnknownFormat, match="cut off or damaged"):
        unpack(bytes(state))
