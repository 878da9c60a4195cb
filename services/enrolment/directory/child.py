"""A child as the directory has it: the fields, their forms, and what is shown of them before and after the second act. Pure."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from services.enrolment.directory.masking import masked_address, masked_birth_date, masked_name, masked_number, masked_telephone
from shared.contracts.words import CountyCode, SchoolCode

Name = Annotated[str, Meta(pattern=r"^\S(.{0,62}\S)?$(?!\n)", description="1 to 64 characters, no blank at the ends")]
Number = Annotated[str, Meta(min_length=1, max_length=64, description="a number that names a child")]
Telephone = Annotated[str, Meta(pattern=r"^\+?[0-9-]{5,20}$(?!\n)", description="5 to 20 digits, + before and - between")]
Text = Annotated[str, Meta(min_length=1, max_length=200, description="1 to 200 characters")]
ClassName = Annotated[str, Meta(min_length=1, max_length=32, description="1 to 32 characters")]


class Sex(StrEnum):
    """Of the identity number."""

    FEMALE = "female"
    MALE = "male"


class Guardian(Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers for the child."""

    name: Name
    telephone: Telephone | None = None
    relation: Annotated[str, Meta(min_length=1, max_length=32, description="1 to 32 characters")] | None = None


class ChildForm(Struct, frozen=True, forbid_unknown_fields=True):
    """A child as a sender writes it into the directory. One number at least must be there; each new sending replaces the one before.

    ``county`` is where the child counts. ``former_numbers``: the ``L`` and ``J`` numbers, and the identity numbers, that it had before.
    """

    name: Name
    birth_date: date
    county: CountyCode
    sex: Sex | None = None
    identity_number: Number | None = None
    registration_number: Number | None = None
    former_numbers: Annotated[tuple[Number, ...], Meta(max_length=8, description="a list of up to 8 numbers")] = ()
    guardians: Annotated[tuple[Guardian, ...], Meta(max_length=4, description="a list of up to 4, each with name, telephone, relation")] = ()
    address: Text | None = None
    school: SchoolCode | None = None
    class_name: ClassName | None = None


class Child(Struct, frozen=True):
    """What the directory knows of a child, opened. ``number``: the identity number or 学籍号 by which it is known now, normalised."""

    name: str
    birth_date: date
    number: str
    sex: Sex | None = None
    guardians: tuple[Guardian, ...] = ()
    address: str | None = None
    school: str | None = None
    class_name: str | None = None


class ShownChild(Struct, frozen=True, kw_only=True):
    """A child as it is shown. ``masked``: whether a second act shows more. ``county``: where it counts now."""

    student: str
    county: str
    masked: bool
    name: str
    birth_date: str
    number: str
    sex: Sex | None = None
    guardians: Sequence[Guardian] = field(default_factory=list)
    address: str | None = None
    school: str | None = None
    class_name: str | None = None


FIELDS = ("name", "birth_date", "number", "sex", "guardians", "address", "school", "class_name")
"""The fields that are sealed, each by itself."""
_TYPES: dict[str, Any] = {each.name: each.type for each in msgspec.structs.fields(Child)}
_encode = msgspec.json.Encoder().encode


def written(child: Child) -> dict[str, bytes | None]:
    """Return each field as the bytes that are sealed; None where it is not known."""
    return {name: None if (value := getattr(child, name)) is None else _encode(value) for name in FIELDS}


def read(fields: dict[str, bytes]) -> Child:
    """Return the child of the fields that are known."""
    return Child(**{name: msgspec.json.decode(text, type=_TYPES[name]) for name, text in fields.items()})


def shown(student: str, county: str, child: Child, *, masked: bool) -> ShownChild:
    """Return a child as it is shown, masked or in clear."""
    if not masked:
        return ShownChild(
            student=student,
            county=county,
            masked=False,
            name=child.name,
            birth_date=child.birth_date.isoformat(),
            number=child.number,
            sex=child.sex,
            guardians=child.guardians,
            address=child.address,
            school=child.school,
            class_name=child.class_name,
        )
    return ShownChild(
        student=student,
        county=county,
        masked=True,
        name=masked_name(child.name),
        birth_date=masked_birth_date(child.birth_date),
        number=masked_number(child.number),
        sex=child.sex,
        guardians=[
            Guardian(masked_name(each.name), None if each.telephone is None else masked_telephone(each.telephone), each.relation)
            for each in child.guardians
        ],
        address=None if child.address is None else masked_address(child.address),
        school=child.school,
        class_name=child.class_name,
    )
