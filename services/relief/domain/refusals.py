"""The refusals of commands to a grant. A decision raises one before any fact exists; a refused command leaves no state."""

from shared.contracts.refusal import Refusal, RefusalCode
from shared.contracts.relief import GrantState


class GrantUnknown(Refusal):
    """The child has no grant of that term, and nothing makes it due one."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.UNKNOWN_GRANT, "data.term", "the child has no grant of this term")


class NotYourCounty(Refusal):
    """Another county's office is responsible for the grant."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_YOUR_COUNTY, "data.office", "only the office of the county that the grant counts in may do this")


class NotAllowedIn(Refusal):
    """The grant's state does not allow it."""

    def __init__(self, state: GrantState, rule: str) -> None:
        """``rule``: what would have to be so."""
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "type", f"the grant is {state}: {rule}")


class TermNotBegun(Refusal):
    """The term has not begun."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.term", "the term has not begun")


class TermPassedOver(Refusal):
    """The child was not known to be due aid in that term, or it is so long ago that a grant of it may have been forgotten."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.term", "the child has no grant of this term, and it is too late to give it one")


class NoAidThen(Refusal):
    """There was no aid for such a child in that term."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.term", "in this term there was no aid for a child that does not board")


class OtherAmount(Refusal):
    """Another amount is due."""

    def __init__(self, due: int) -> None:
        """``due``: in fen."""
        super().__init__(RefusalCode.OTHER_AMOUNT, "data.fen", f"{due} fen are due")


class PaidInFuture(Refusal):
    """Nothing can have been paid tomorrow."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.FUTURE_DATED, "data.day", "a payment is reported on its day or later")


class PaidBeforeTerm(Refusal):
    """Nothing is due for a term before it begins."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.day", "a term's aid is paid after the term has begun")
