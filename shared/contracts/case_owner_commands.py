"""What the case service can be asked about who answers for a file: hand-overs, the chain of a county, and files that are nobody's."""

from shared.contracts.case_codes import AnyOffice, Office, Role, SendingBackReason, StudentSequence, UnownedReason
from shared.contracts.case_commands import CaseCommand
from shared.contracts.words import CountyCode


class TakeOverCase(CaseCommand, frozen=True):
    """The office of the county to which a file was sent, or sent back, takes it over."""

    TYPE = "cn.baoxue.case.asked.take-over.v1"
    office: Office
    role: Role


class SendBack(CaseCommand, frozen=True):
    """The office of the county to which a file was sent sends it back; the one to which it came back sends it again."""

    TYPE = "cn.baoxue.case.asked.send-back.v1"
    office: Office
    role: Role
    because: SendingBackReason


class HandOn(CaseCommand, frozen=True):
    """An office hands a file on to somebody else of the county's chain. ``to_office``: the school of a principal or a teacher, else left out."""

    TYPE = "cn.baoxue.case.asked.hand-on.v1"
    office: Office
    role: Role
    to: Role
    to_office: Office | None = None


class Disown(CaseCommand, frozen=True):
    """The office of the county says that a file is nobody's."""

    TYPE = "cn.baoxue.case.asked.disown.v1"
    office: Office
    role: Role
    because: UnownedReason


class MarkUnowned(CaseCommand, frozen=True):
    """By a report, the child of a file is between two counties."""

    TYPE = "cn.baoxue.case.asked.mark-unowned.v1"
    fact: StudentSequence
    because: UnownedReason


class GiveCase(CaseCommand, frozen=True):
    """An office above the counties gives a file that is nobody's, or on its way, to a county."""

    TYPE = "cn.baoxue.case.asked.give.v1"
    office: AnyOffice
    role: Role
    to_county: CountyCode


OWNER_COMMANDS: tuple[type[CaseCommand], ...] = (TakeOverCase, SendBack, HandOn, Disown, MarkUnowned, GiveCase)
