"""What an office's POST on a grant says: a command but for the term, which the grant's id says."""

import re
from datetime import date
from typing import ClassVar, cast

from msgspec import Raw, Struct

from services.relief.grants import GRANT
from shared.commands.command_lines import OneOf, wrong_id
from shared.commands.instructions import Instructions
from shared.contracts.relief import BeginTerm, CountyOffice, Fen, PayGrant, SetBoarding
from shared.contracts.words import Reference


class PayRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The office paid the grant, on a day, by a payment that its reference names: all of it, in fen."""

    TYPE: ClassVar[str] = PayGrant.TYPE
    office: CountyOffice
    reference: Reference
    day: date
    fen: Fen

    def in_term(self, term: str) -> PayGrant:
        return PayGrant(office=self.office, term=term, reference=self.reference, day=self.day, fen=self.fen)


class BoardingRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The office recognised that the child boards from this term on, or no longer does."""

    TYPE: ClassVar[str] = SetBoarding.TYPE
    office: CountyOffice
    boarder: bool

    def in_term(self, term: str) -> SetBoarding:
        return SetBoarding(office=self.office, term=term, boarder=self.boarder)


class BeginRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The child is in school in this term, and its aid has not been granted yet."""

    TYPE: ClassVar[str] = BeginTerm.TYPE
    office: CountyOffice

    def in_term(self, term: str) -> BeginTerm:
        return BeginTerm(office=self.office, term=term)


Request = PayRequest | BoardingRequest | BeginRequest

_is_grant = re.compile(GRANT).fullmatch

INSTRUCTIONS = Instructions((PayRequest, BoardingRequest, BeginRequest))


def read(body: bytes) -> Request:
    """Return what a body asks for. Raises ``Problem``."""
    return cast("Request", INSTRUCTIONS.read(body))


def read_line(id_: str, fields: dict[str, Raw]) -> OneOf:
    """Return the command of a line of many: the id of a grant, and beside it what a body has. Raises ``Problem``."""
    if _is_grant(id_) is None:
        raise wrong_id("it must be the id of a grant: the student's, 32 lower-case hex digits, and the term, as in <32 hex>-2019-autumn")
    wanted = cast("Request", INSTRUCTIONS.read_fields(fields))
    student, _, term = id_.partition("-")
    return OneOf(student, wanted.in_term(term), wanted.office)
