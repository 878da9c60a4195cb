"""Moments and days. Every moment is in microseconds since 1970 in UTC; a day is a day in China, UTC+8."""

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

BEGIN = r"""
-- RFC 3339 with an offset, in the years 2 to 9998. Any other text is no moment.
CREATE OR REPLACE MACRO instant(text) AS CASE
    WHEN regexp_full_match(text, '\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)')
        AND text BETWEEN '0002' AND '9999'
    THEN epoch_us(TRY_CAST(upper(text) AS TIMESTAMPTZ)) END;

CREATE OR REPLACE MACRO china_day(moment) AS CAST(make_timestamp(moment + 28800000000) AS DATE);
"""


def micros(when: datetime) -> int:
    """Return the microseconds from 1970 to an aware moment, exactly."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def moment(since_epoch: int | None) -> datetime | None:
    """Return the moment, in China's time, of microseconds since 1970."""
    return None if since_epoch is None else (_EPOCH + timedelta(microseconds=since_epoch)).astimezone(CHINA)
