"""Why a report is not taken. Raised before any fact exists; what was refused is forgotten."""

from shared.contracts.refusal import RefusalCode
from shared.contracts.words import Status


class Refusal(Exception):
    """A report broke a rule: ``code``, the ``field`` of the event that broke it, and the rule in words (``detail``).

    ``detail`` names what is known of the child, never a value that was sent.
    """

    def __init__(self, code: RefusalCode, field: str, detail: str) -> None:
        """Keep the three parts that a refusal is recorded with."""
        super().__init__(code, field, detail)
        self.code = code
        self.field = field
        self.detail = detail


class StudentUnknown(Refusal):
    """News of a child that nobody listed, registered, enrolled or verified as never enrolled."""

    def __init__(self) -> None:
        """The rule needs nothing but itself."""
        super().__init__(RefusalCode.UNKNOWN_STUDENT, "subject", "the first report of a child is listed, registered, enrolled or never-enrolled")


class ImpossibleOrder(Refusal):
    """The report does not follow on the status that it finds."""

    def __init__(self, found: Status | None, rule: str = "", field: str = "type") -> None:
        """``found``: the child's status; ``rule``: what would be right instead, where there is something to say."""
        detail = f"does not follow on {found}"
        super().__init__(RefusalCode.IMPOSSIBLE_ORDER, field, f"{detail}: {rule}" if rule else detail)


class AfterRemoval(Refusal):
    """The child left the ledger; only voiding the removal brings it back."""

    def __init__(self) -> None:
        """The rule needs nothing but itself."""
        super().__init__(RefusalCode.AFTER_REMOVAL, "subject", "the child was removed; nothing follows until the removal is voided")


class TypeNotTaken(Refusal):
    """A published type that enrolment does not decide on yet."""

    def __init__(self) -> None:
        """The rule needs nothing but itself."""
        super().__init__(RefusalCode.UNKNOWN_TYPE, "type", "reports of this type are not taken yet")
