"""The only place that reads the clock."""

import time
from datetime import UTC, date, datetime, timedelta, timezone

_CHINA_OFFSET = timedelta(hours=8)
CHINA = timezone(_CHINA_OFFSET, "CST")
"""The day of a happening is that of its time in China."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def seconds() -> float:
    """Return the seconds of a clock that never goes back, for ages and time limits."""
    return time.monotonic()


def china_day(moment: datetime) -> date:
    """Return the day in China of an aware moment."""
    return moment.date() if moment.utcoffset() == _CHINA_OFFSET else moment.astimezone(CHINA).date()


def micros_of(moment: datetime) -> int:
    """Return the microseconds from 1970 to an aware moment, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(micros: int) -> datetime:
    """Return the moment, in UTC, that is so many microseconds after 1970 began."""
    return _EPOCH + micros * _MICROSECOND
