"""What can be asked about who answers for a file, as ``case_story.py`` has the rest."""

from shared.contracts.case_codes import Role, SendingBackReason, UnownedReason
from shared.contracts.case_owner_commands import Disown, GiveCase, HandOn, MarkUnowned, SendBack, TakeOverCase

HERE, THERE = "513431", "513429"
OFFICE_HERE, OFFICE_THERE = f"/counties/{HERE}", f"/counties/{THERE}"
PREFECTURE = "/prefectures/513400"


def taken_over(office: str = OFFICE_THERE, *, role: Role = Role.OFFICER) -> TakeOverCase:
    return TakeOverCase(office=office, role=role)


def sent_back(office: str = OFFICE_THERE, *, role: Role = Role.OFFICER, because: SendingBackReason = SendingBackReason.NOT_HERE) -> SendBack:
    return SendBack(office=office, role=role, because=because)


def handed_on(to: Role = Role.TOWNSHIP_HEAD, to_office: str | None = None, *, office: str = OFFICE_HERE, role: Role = Role.EDUCATION_HEAD) -> HandOn:
    return HandOn(office=office, role=role, to=to, to_office=to_office)


def disowned(office: str = OFFICE_HERE, *, role: Role = Role.OFFICER, because: UnownedReason = UnownedReason.NO_HOUSEHOLD_REGISTER) -> Disown:
    return Disown(office=office, role=role, because=because)


def marked_unowned(fact: str = "", *, because: UnownedReason = UnownedReason.BETWEEN_COUNTIES) -> MarkUnowned:
    return MarkUnowned(fact=fact, because=because)


def given_to(county: str = THERE, office: str = PREFECTURE, *, role: Role = Role.OFFICER) -> GiveCase:
    return GiveCase(office=office, role=role, to_county=county)
