"""What the rules say of a story that is told by hand."""

from datetime import date, timedelta

from deploy.detector.lives import PARTITIONS, Child, Story
from services.case.detector.detector import Detector
from services.case.detector.flags import Flag
from shared.calendar.school_days import NATION
from shared.contracts.oversight_codes import Rule

MONDAY = date(2020, 10, 12)
AS_OF = date(2021, 8, 31)


def child(n: int = 1, county: str = "990001") -> Child:
    return Child(f"{n:032x}", county, f"{county}0001")


def returned(story: Story, n: int = 1, *, day: date = MONDAY, seen: bool = True, county: str = "990001") -> Child:
    """Tell of a child that was out and is back; its school sees it at once, unless it does not."""
    found = child(n, county)
    story.out(found, day - timedelta(40), day - timedelta(50))
    story.back(found, day)
    if seen:
        story.corroborated(found, day)
    return found


def flags(story: Story, *, as_of: date = AS_OF) -> list[Flag]:
    detector = Detector(range(PARTITIONS), lambda county: NATION)
    for partition, happening in story.record():
        detector.take(partition, happening)
    assert detector.too_late == 0
    return detector.finish(as_of)


def rules(story: Story, *, as_of: date = AS_OF) -> list[Rule]:
    return [each.rule for each in flags(story, as_of=as_of)]


def ids(story: Story, *types: str) -> list[str]:
    """Return the ids of the facts of these types."""
    return [event.id for _, event in story.events() if any(f".{each}." in event.type for each in types)]
