"""A fact's sequence is read and written in one place, and what does not fit the 64 bits of a state is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.sequence import LAST, is_sequence, offset_of, place_of, position_of, sequence_at, sequence_of

_positions = st.integers(0, 2**63 - 1)


@given(_positions)
def test_a_position_is_written_and_read_back(position: int) -> None:
    sequence = sequence_at(position)
    assert (position_of(sequence), offset_of(sequence), is_sequence(sequence)) == (position, position // 10_000, True)
    assert sequence_of(*place_of(sequence)) == sequence


@given(_positions, _positions)
def test_sequences_sort_as_text_as_their_positions_do(one: int, other: int) -> None:
    assert (sequence_at(one) < sequence_at(other)) is (one < other)


def test_it_is_the_offset_in_16_digits_and_the_number_in_4() -> None:
    assert (sequence_of(1234, 5), sequence_of(0, 9_999)) == ("0000000000001234-0005", "0000000000000000-9999")
    assert position_of(LAST) == 2**63 - 1


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "000000000000001-00000", "0000000000000001.0000", "000000000000000a-0000", "0000000000000001-0000\n", " 000000000000001-0000",
        "+000000000000001-0000", "0000000000000_01-0000", "0000000000000001-000١", "000000000000000１-0000", "-000000000000001-0000",
        "0922337203685477-5808", "9999999999999999-9999",
    ],
)  # fmt: skip
def test_any_other_text_is_no_sequence(text: str) -> None:
    assert not is_sequence(text)
    for read in (offset_of, place_of, position_of):
        with pytest.raises(ValueError, match="16 digits"):
            read(text)


@pytest.mark.parametrize(("offset", "n"), [(-1, 0), (0, -1), (0, 10_000), (922_337_203_685_477, 5_808), (10**16, 0), (-1, 10_000)])
def test_numbers_that_do_not_fit_make_no_sequence(offset: int, n: int) -> None:
    with pytest.raises(ValueError, match="16 digits"):
        sequence_of(offset, n)
