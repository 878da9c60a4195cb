"""Numbers that name a child, and the ids made of them."""

from __future__ import annotations

import hmac
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.directory.identity_numbers import NotANumber, birth_date_in, check_digit, is_identity, normalised
from services.enrolment.directory.student_ids import StudentKey, StudentKeys

ON = date(2026, 3, 2)
SEVENTEEN = "00513420100101123"
NUMBER = SEVENTEEN + check_digit(SEVENTEEN)
WITH_X = next(number for n in range(1000) if (number := f"00513420100101{n:03}" + check_digit(f"00513420100101{n:03}")).endswith("X"))
FULL_WIDTH = NUMBER.translate({n: n + 0xFEE0 for n in range(48, 58)})
KEY = StudentKey(1, date(2020, 1, 1), bytes(range(32)))


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        f"G{NUMBER}",
        f"g{NUMBER}",
        f" {NUMBER} ",
        f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
        FULL_WIDTH,
    ],
)
def test_one_number_in_several_forms_is_one_number(typed: str) -> None:
    assert normalised(typed, on=ON) == NUMBER


def test_a_small_x_is_a_large_one() -> None:
    assert normalised(WITH_X.lower(), on=ON) == normalised(f"G{WITH_X.lower()}", on=ON) == WITH_X


def test_a_number_of_fifteen_is_that_of_eighteen() -> None:
    # GB 11643-1999, annex: the century and the check digit are added.
    assert normalised("110105491231002", on=ON) == "11010519491231002X"
    assert normalised("005134950101997", on=ON)[6:10] == "1895"


@pytest.mark.parametrize("place", ["810000", "820000", "830000"])
def test_a_residence_permit_is_a_number_like_any_other(place: str) -> None:
    seventeen = f"{place}20120305123"
    assert normalised(seventeen + check_digit(seventeen), on=ON) == seventeen + check_digit(seventeen)


def test_temporary_and_identityless_numbers_are_numbers_of_their_own() -> None:
    wrong_check = NUMBER[:17] + ("1" if NUMBER[17] != "1" else "2")
    for letter in "LJ":
        assert normalised(f"{letter.lower()}{wrong_check}", on=ON) == f"{letter}{wrong_check}"
        assert normalised(f"{letter}{NUMBER}", on=ON) != normalised(f"G{NUMBER}", on=ON)
        assert not is_identity(f"{letter}{NUMBER}")
    assert is_identity(NUMBER)
    assert birth_date_in(NUMBER) == birth_date_in(f"L{NUMBER}") == date(2010, 1, 1)


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("", "must be an identity number"),
        ("吉克阿呷", "must be an identity number"),
        (NUMBER[:17], "must be an identity number"),
        (f"{NUMBER}0", "must be an identity number"),
        (f"GG{NUMBER}", "must be an identity number"),
        (f"L{NUMBER[:15]}", "must be an identity number"),
        (NUMBER * 40, "must be an identity number"),
        (NUMBER[:17] + ("1" if NUMBER[17] != "1" else "2"), "must end in its check digit"),
        (NUMBER[:14] + NUMBER[15] + NUMBER[14] + NUMBER[16:], "must end in its check digit"),
        ("00513420100230123X", "must hold a day of birth"),
        ("L00513420101301123X", "must hold a day of birth"),
        ("00513420260303123X", "must hold a day of birth"),
        ("00513418490303123X", "must hold a day of birth"),
        ("81000120120305123" + check_digit("81000120120305123"), "must begin with 810000"),
    ],
)
def test_what_is_no_number_is_refused_by_its_rule_and_never_repeated(typed: str, rule: str) -> None:
    with pytest.raises(NotANumber) as refused:
        normalised(typed, on=ON)
    assert str(refused.value).startswith(rule)
    assert not typed or typed not in str(refused.value)


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_refused(typed: str) -> None:
    try:
        number = normalised(typed, on=ON)
    except NotANumber:
        return
    assert normalised(number, on=ON) == number


def test_an_id_is_the_beginning_of_an_hmac_that_anybody_with_the_key_can_make() -> None:
    assert KEY.id_of(NUMBER) == hmac.new(bytes(range(32)), NUMBER.encode(), sha256).hexdigest()[:32]


def test_keys_change_on_a_day_for_everybody_and_the_old_ids_are_still_found() -> None:
    new = StudentKey(2, date(2026, 9, 1), bytes(range(1, 33)))
    keys = StudentKeys([new, KEY])
    before, after = date(2026, 8, 31), date(2026, 9, 1)
    assert keys.ids_of(NUMBER, before) == (KEY.id_of(NUMBER),) == StudentKeys([KEY]).ids_of(NUMBER, before)
    assert keys.ids_of(NUMBER, after) == (new.id_of(NUMBER), KEY.id_of(NUMBER))
    assert keys.of_version(1) is KEY
    assert keys.in_force(date(2019, 1, 1)) is KEY


def test_keys_that_contradict_each_other_are_refused() -> None:
    for wrong in ([], [KEY, KEY], [KEY, StudentKey(2, KEY.since, bytes(32))], [KEY, StudentKey(2, date(2019, 1, 1), bytes(32))]):
        with pytest.raises(ValueError, match=r"there must be one key|each version must stand there once"):
            StudentKeys(wrong)
    with pytest.raises(ValueError, match="32 bytes or more"):
        StudentKey(1, ON, b"short")


def test_a_key_does_not_show_itself() -> None:
    assert "000102" not in repr(KEY)
    assert "\\x" not in repr(KEY)
    assert KEY.fingerprint == "".join(KEY.fingerprint.split())
    assert len(KEY.fingerprint) == 16
    assert KEY.fingerprint not in KEY.key.hex()
