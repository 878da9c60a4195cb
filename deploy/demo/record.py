"""What reporting shows of the record: the three figures, and how far it has read."""

from datetime import date, datetime

import aiohttp
from msgspec import Struct, json

from deploy.demo.published import Figures
from deploy.demo.sender import UNREACHABLE


class _Figure(Struct):
    now: int


class _AsOf(Struct):
    offsets: dict[str, int]
    event_time: datetime | None = None


class _Headline(Struct):
    all: _Figure
    poor: _Figure
    watch52: _Figure
    as_of: _AsOf


class Shown(Struct, frozen=True):
    """One answer. ``facts``: how many the record holds that are counted in it; ``day``: the record's own date."""

    figures: Figures
    facts: int
    day: date | None


_read = json.Decoder(_Headline).decode


class Record:
    """The record as reporting shows it.

    ``shown``: the last answer, None before the first; ``steady``: the one before it was the same; ``away``: why there
    was none since, "" if there was.
    """

    def __init__(self, client: aiohttp.ClientSession, reporting_url: str) -> None:
        """Ask nothing yet."""
        self._client, self._url = client, f"{reporting_url}/v1/headline"
        self.shown: Shown | None = None
        self.steady = False
        self.away = ""

    async def look(self) -> Shown | None:
        """Ask once, and give the answer, or None if there is none now."""
        try:
            async with self._client.get(self._url) as answer:
                answer.raise_for_status()
                headline = _read(await answer.read())
        except UNREACHABLE as error:
            self.away, self.steady = str(error) or type(error).__name__, False
            return None
        day = headline.as_of.event_time.date() if headline.as_of.event_time else None
        figures = Figures(headline.all.now, headline.poor.now, headline.watch52.now)
        before, self.shown, self.away = self.shown, Shown(figures, sum(headline.as_of.offsets.values()), day), ""
        self.steady = self.shown == before
        return self.shown

    def shows(self, figures: Figures) -> bool:
        """Tell whether these were the figures when it was last asked."""
        return self.shown is not None and self.shown.figures == figures
