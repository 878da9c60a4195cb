"""The refusals of commands about flags and samples. A decision raises one before any fact exists."""

from collections.abc import Sequence
from datetime import date

from shared.contracts.oversight_codes import FlagGround
from shared.contracts.refusal import Refusal, RefusalCode


class NotOfThisSubject(Refusal):
    """A rule about a county was applied to a child, or the other way round."""

    def __init__(self, rule: str) -> None:
        """``rule``: of which it speaks."""
        super().__init__(RefusalCode.MALFORMED, "data.rule", rule)


class FlagUnsound(Refusal):
    """What a flag says of itself does not agree."""

    def __init__(self, field: str, rule: str) -> None:
        """``field``: of the command; ``rule``: what must be so."""
        super().__init__(RefusalCode.MALFORMED, f"data.{field}", rule)


class FlagUnknown(Refusal):
    """Nobody raised such a flag here."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.UNKNOWN_FLAG, "data.flag", "there is no such flag here")


class FlagSettled(Refusal):
    """A flag is settled once."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.flag", "the flag was cleared or confirmed before")


class FlaggedMayNot(Refusal):
    """Whoever a flag speaks of does not settle it, and neither does the office of the county that it is in."""

    def __init__(self) -> None:
        rule = "the flag speaks of this office, or of its county: another office has to settle it"
        super().__init__(RefusalCode.SECOND_OFFICE_NEEDED, "data.office", rule)


class GroundNotOfRule(Refusal):
    """Each rule says what would clear its flags."""

    def __init__(self, grounds: Sequence[FlagGround]) -> None:
        """``grounds``: what would."""
        super().__init__(RefusalCode.MALFORMED, "data.because", f"a flag of this rule is cleared by: {', '.join(grounds)}")


class SettlingEvidenceMissing(Refusal):
    """Nobody settles a flag on their word alone."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.evidence", "it must refer to what the office looked at itself")


class LevelAboveNeeded(Refusal):
    """Files are drawn and re-checked by a level above the county."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.office", "this is done by a prefecture, a province or the nation")


class PeriodUnsound(Refusal):
    """A sample is drawn from a period that is over."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.until", "the period ends before today, and not before it begins")


class AlreadyDrawn(Refusal):
    """One draw an office and period: whoever could draw again would draw until the sample suits."""

    def __init__(self, until: date) -> None:
        """``until``: the last day of the newest period."""
        rule = f"this office drew for a period that ends on {until}: the next one begins later"
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.since", rule)


class SampleTooLarge(Refusal):
    """More cannot be drawn than there is."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.MALFORMED, "data.size", "no more files are drawn than there are")


class NotDrawn(Refusal):
    """A re-check is of a file that the office drew, and is recorded once."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.office", "no draw of this office waits for a re-check of this file")


class CloserMayNot(Refusal):
    """Whoever closed a file does not re-check it."""

    def __init__(self) -> None:
        super().__init__(RefusalCode.SECOND_OFFICE_NEEDED, "data.office", "this office closed the file: another one has to re-check it")


class HappenedBeforeDraw(Refusal):
    """What was seen before the draw is no re-check."""

    def __init__(self, day: date) -> None:
        """``day``: of the draw."""
        super().__init__(RefusalCode.NOT_ALLOWED_NOW, "data.happened", f"the file was drawn on {day}: it is re-checked on that day or later")
