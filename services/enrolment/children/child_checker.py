"""Checks one child as it was sent, and works out the ids of its numbers. Pure. No refusal repeats a value; unknown fields are named."""

from datetime import date
from typing import NamedTuple

import msgspec
from msgspec import Raw

from services.enrolment.children.private_names import without_names
from services.enrolment.directory.child import Child, ChildForm
from services.enrolment.directory.directory import Entry
from services.enrolment.directory.identity_numbers import FORMAL, TEMPORARY, WITHOUT_IDENTITY, NotANumber, birth_date_in, is_identity, normalised
from services.enrolment.directory.student_ids import StudentKeys
from shared.contracts.refusal import RefusalCode
from shared.events.field_rules import Fault, FieldRules, repeated_member, too_deep
from shared.events.repeated_members import repeated_members
from shared.geography.divisions import Divisions

_DEEPEST = 4
_FORM = FieldRules(ChildForm, called="the child")
_decode = msgspec.json.Decoder(ChildForm).decode
_LETTERS = (FORMAL, TEMPORARY, WITHOUT_IDENTITY)


class Sender(NamedTuple):
    """For whom a child is checked: the counties of which it may write, and the day."""

    counties: frozenset[str]
    day: date


class ChildChecker:
    """The check over one table of counties. ``longest``: bytes of a line."""

    def __init__(self, divisions: Divisions, *, longest: int) -> None:
        self._divisions, self._longest = divisions, longest

    def check(self, line: bytes, keys: StudentKeys, sender: Sender) -> Entry | tuple[Fault, ...]:
        """Return what to write, or everything that is wrong with the line: of each field the first."""
        form = self._read(line)
        if not isinstance(form, ChildForm):
            return without_names(form)
        numbers, faults = _numbers(form, sender.day)
        faults += self._faults_of_county(form.county, sender)
        if form.birth_date > sender.day:
            faults.append(Fault(RefusalCode.MALFORMED, "birth_date", "birth_date must not be after today"))
        elif any(is_identity(number) and birth_date_in(number) != form.birth_date for number in numbers[: form.identity_number is not None]):
            faults.append(Fault(RefusalCode.MALFORMED, "birth_date", "birth_date must be the day of birth that identity_number holds"))
        if not numbers and not faults:
            rule = "identity_number or registration_number must be there: without a number the child has no id"
            faults.append(Fault(RefusalCode.MALFORMED, "identity_number", rule))
        if faults:
            return tuple(faults)
        ids = dict.fromkeys(id_ for number in numbers for id_ in keys.ids_of(number, sender.day))
        return Entry(tuple(ids), form.county, _child(form, numbers[0]))

    def _read(self, line: bytes) -> ChildForm | tuple[Fault, ...]:
        if len(line) > self._longest:
            return (Fault(RefusalCode.MALFORMED, None, f"a line must not be longer than {self._longest} bytes"),)
        if fault := too_deep(line, _DEEPEST):
            return (fault,)
        faults = _FORM.read(Raw(line)).faults
        if any(fault.field is None for fault in faults):
            return tuple(faults)
        try:
            repeated = [repeated_member(name) for name in repeated_members(line)]
        except (ValueError, RecursionError):
            return (_FORM.unreadable(),)
        if repeated or faults:
            return (*repeated, *faults)
        return _decode(line)

    def _faults_of_county(self, code: str, sender: Sender) -> list[Fault]:
        county = self._divisions.counties.get(code)
        if county is None:
            return [Fault(RefusalCode.UNKNOWN_COUNTY, "county", "county must be a county code of GB/T 2260")]
        if not county.valid_on(sender.day):
            return [Fault(RefusalCode.COUNTY_NOT_VALID_THEN, "county", "county must be a code that is in force today")]
        if code not in sender.counties:
            return [Fault(RefusalCode.NOT_YOUR_COUNTY, "county", "county must be one of your office's")]
        return []


def _numbers(form: ChildForm, day: date) -> tuple[list[str], list[Fault]]:
    """Return the numbers of a child, normalised, that by which a new child is called first, and what is wrong with them."""
    numbers: list[str] = []
    faults: list[Fault] = []
    given = [
        ("identity_number", form.identity_number),
        ("registration_number", form.registration_number),
        *(("former_numbers", number) for number in form.former_numbers),
    ]
    for field, text in given:
        if text is None:
            continue
        try:
            number = normalised(text, on=day)
        except NotANumber as refused:
            faults.append(Fault(RefusalCode.MALFORMED, field, f"{field} {refused}"))
            continue
        lettered = text.strip()[:1].upper() in _LETTERS
        if field == "identity_number" and lettered:
            faults.append(Fault(RefusalCode.MALFORMED, field, "identity_number must have no letter before it: that is a registration_number"))
        elif field == "registration_number" and not lettered:
            faults.append(Fault(RefusalCode.MALFORMED, field, "registration_number must begin with G, L or J"))
        elif number not in numbers:
            numbers.append(number)
    first = {fault.field: fault for fault in reversed(faults)}
    return numbers, [fault for fault in faults if first[fault.field] is fault]


def _child(form: ChildForm, number: str) -> Child:
    return Child(
        name=form.name,
        birth_date=form.birth_date,
        number=number,
        sex=form.sex,
        guardians=form.guardians,
        address=form.address,
        school=form.school,
        class_name=form.class_name,
    )
