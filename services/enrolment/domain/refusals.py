"""Why a report is not taken. Raised before any fact exists; what was refused is forgotten."""

from shared.contracts.refusal import Refusal, RefusalCode
from shared.contracts.words import Status


class StudentUnknown(Refusal):
    """News of a child that nobody listed, registered, enrolled or verified as never enrolled."""

    def __init__(self) -> None:
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
        super().__init__(RefusalCode.AFTER_REMOVAL, "subject", "the child was removed; nothing follows until the removal is voided")


class IdReused(Refusal):
    """The sender told something else under this id before."""

    def __init__(self) -> None:
        super().__init__(
            RefusalCode.ID_REUSED, "id", "this id of yours names another report, which was taken; report this one under an id of its own"
        )


class NotYourCounty(Refusal):
    """The source is neither the place where the child counts nor the one that it comes to."""

    def __init__(self, field: str) -> None:
        rule = "the source must be the county, the province or the school where the child counts"
        coming = ", or where it comes to" if field != "source" else ""
        super().__init__(RefusalCode.NOT_YOUR_COUNTY, field, rule + coming)


class SchoolOfAnotherCounty(Refusal):
    """Another county stated the places of the school before."""

    def __init__(self) -> None:
        rule = "another county stated the places of this school: the school itself, or the province of both, says in which county it is"
        super().__init__(RefusalCode.NOT_YOUR_COUNTY, "data.county", rule)


class MergedIntoAnother(Refusal):
    """The id is one child with another, and whatever is said of the child is said under that other id."""

    def __init__(self, survivor: str) -> None:
        super().__init__(RefusalCode.MERGED, "subject", f"this id is one child with {survivor}: report the child under that id")


class MergeUnderWay(Refusal):
    """The id is in the midst of a merge."""

    def __init__(self) -> None:
        rule = "a merge of this id with another is under way: send it again once that is over, in a moment"
        super().__init__(RefusalCode.IMPOSSIBLE_ORDER, "type", rule)


class SameId(Refusal):
    """Both ids are the same."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.student", "data.student must be another id than subject")


class NotVoidable(Refusal):
    """What is to be taken back cannot be."""

    def __init__(self, rule: str) -> None:
        super().__init__(RefusalCode.NOT_VOIDABLE, "data.id", rule)
