"""The record as reporting shows it: the three figures, the files of children, and the offsets."""

from datetime import date, datetime
from typing import NamedTuple

import aiohttp
from msgspec import Struct, json

from deploy.demo.history.published import Figures
from deploy.demo.playing.retrying import UNREACHABLE


class _Figure(Struct):
    now: int | None


class _AsOf(Struct):
    offsets: dict[str, int]
    event_time: datetime | None = None


class _Headline(Struct):
    all: _Figure
    poor: _Figure
    watch52: _Figure
    as_of: _AsOf


class _Cases(Struct):
    by_state: dict[str, int]


class _Counts(Struct):
    cases: _Cases


class Files(NamedTuple):
    """The files of children: open or persuading, and settled, that is under observation or closed."""

    open: int
    settled: int


class ShownFigures(NamedTuple):
    """The three figures as anybody may see them: ``poor`` is None where so few children are out of school that it would tell of one of them."""

    all: int
    poor: int | None
    watch52: int


class Shown(Struct, frozen=True):
    """One answer. ``facts``: the number of facts that it covers; ``day``: the date of the record."""

    figures: ShownFigures
    files: Files
    facts: int
    day: date | None

    def agrees_with(self, figures: Figures, files: Files) -> bool:
        """Return whether these are the figures, as far as they are shown, and the files."""
        poor = None if self.figures.poor is None else figures.poor
        return (self.figures, self.files) == ((figures.all, poor, figures.watch52), files)


_read_headline = json.Decoder(_Headline).decode
_read_counts = json.Decoder(_Counts).decode


class Record:
    """The record as reporting shows it.

    ``shown``: the last answer, None before the first; ``steady``: the answer before it was the same; ``unavailable``: why the last request
    had no answer, "" if it had one.
    """

    def __init__(self, client: aiohttp.ClientSession, reporting_url: str) -> None:
        self._client, self._url = client, reporting_url
        self.shown: Shown | None = None
        self.steady = False
        self.unavailable = ""

    async def look(self) -> Shown | None:
        """Ask once, and return the answer, or None if there is none now."""
        try:
            headline = _read_headline(await self._asked("/v1/headline"))
            counts = _read_counts(await self._asked("/v1/counts"))
        except UNREACHABLE as error:
            self.unavailable, self.steady = str(error) or type(error).__name__, False
            return None
        day = headline.as_of.event_time.date() if headline.as_of.event_time else None
        figures = ShownFigures(headline.all.now or 0, headline.poor.now, headline.watch52.now or 0)
        by_state = counts.cases.by_state
        files = Files(by_state["open"] + by_state["persuading"], by_state["returned"] + by_state["closing"] + by_state["closed"])
        before, self.shown, self.unavailable = self.shown, Shown(figures, files, sum(headline.as_of.offsets.values()), day), ""
        self.steady = self.shown == before
        return self.shown

    def shows(self, figures: Figures, files: Files) -> bool:
        """Return whether the last answer had these figures, as far as they are shown, and files."""
        return self.shown is not None and self.shown.agrees_with(figures, files)

    async def _asked(self, path: str) -> bytes:
        async with self._client.get(self._url + path) as answer:
            answer.raise_for_status()
            return await answer.read()
