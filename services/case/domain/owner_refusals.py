"""The refusals of commands about who answers for a file."""

from collections.abc import Sequence

from shared.contracts.case_codes import Role
from shared.contracts.refusal import Refusal, RefusalCode


class NotHandedOver(Refusal):
    """Nobody sent the file."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "type", "the file is on its way to no county: there is nothing to take over or to send back")


class NotTheReceivingCounty(Refusal):
    """The file was sent to another county."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_YOUR_COUNTY, "data.office", "only the office of the county to which the file was sent may do this")


class OnItsWay(Refusal):
    """The other county has the word."""

    def __init__(self) -> None:
        rule = "the file is on its way: the county to which it was sent takes it over or sends it back first"
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "type", rule)


class NotInChain(Refusal):
    """The county's chain has no such role, or nobody at a desk who has it."""

    def __init__(self, roles: Sequence[Role]) -> None:
        """``roles``: to whom a file may be handed on."""
        super().__init__(RefusalCode.MALFORMED, "data.to", f"a file is handed on to one of the chain of its county: {', '.join(roles)}")


class OfficeOfRole(Refusal):
    """A principal or a teacher is one of a school, and nobody else is."""

    def __init__(self, *, of_school: bool) -> None:
        """``of_school``: whether the role is one of a school."""
        rule = "it must be the school of this principal or teacher" if of_school else "it must be left out: this role is in the county's own office"
        super().__init__(RefusalCode.MALFORMED, "data.to_office", rule)


class GivenFromAbove(Refusal):
    """Counties do not give files to each other by a word of their own."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_YOUR_COUNTY, "data.office", "only an office above the counties gives a file to one of them")


class NobodysFile(Refusal):
    """The file has a county that answers, and no other was asked."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "type", "a file is given that is nobody's, or on its way: this one is neither")


class UnknownReceiver(Refusal):
    """The office gives no county a file that does not lie below it."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_YOUR_COUNTY, "data.to_county", "it must be a county that lies below the office")
