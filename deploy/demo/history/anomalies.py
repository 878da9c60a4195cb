"""The anomalies of real senders: repeats, late news, mistakes. Each is made from a line that was just sent, and its outcome is known.

An anomaly is sent beside the line that it is made from, never instead of it, so that no figure depends on it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from shared.contracts.refusal import RefusalCode

_EVERY = 331
"""Invented: the number of lines of a sender from one anomaly to the next."""
_PATIENCE = 60
"""The most lines to wait for one that an anomaly can be made from. Then the next kind has its turn."""


@dataclass
class Tally:
    """The number of lines by outcome; ``refused`` by code (wire page, section 4)."""

    accepted: int = 0
    late: int = 0
    duplicate: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def count(self, outcome: str) -> None:
        """Count one line by its outcome: ``late``, ``duplicate``, or the code of its refusal."""
        match outcome:
            case "late":
                self.late += 1
            case "duplicate":
                self.duplicate += 1
            case code:
                self.refused[code] += 1

    @property
    def lines(self) -> int:
        """The number of all lines."""
        return self.accepted + self.late + self.duplicate + self.refused.total()


class _Line(NamedTuple):
    """A line in its parts."""

    id: bytes
    sender: bytes
    word: bytes
    subject: bytes
    day: bytes
    hour: bytes
    data: bytes

    def written(self, **other: bytes) -> bytes:
        """Return the line with some parts replaced, under an id of its own."""
        parts = self._replace(**{"id": self.id + b"-b", **other})
        return (
            b'{"specversion":"1.0","id":"%b","source":"/provinces/%b","type":"cn.baoxue.reported.%b.v1","subject":"%b","time":"%b%b","data":{%b}}'
            % parts
        )


_read = re.compile(
    rb'\{"specversion":"1\.0","id":"(.+?)","source":"/provinces/(..)","type":"cn\.baoxue\.reported\.([a-z-]+)\.v1",'
    rb'"subject":"([0-9a-f]+)","time":"(.{10})(.+?)","data":\{(.*)\}\}'
).fullmatch

_Making = Callable[[_Line], bytes | None]


def _late(line: _Line) -> bytes | None:
    if line.word != b"returned":
        return None
    earlier = date.fromisoformat(line.day.decode()) - timedelta(days=3)
    return line.written(word=b"suspected", day=earlier.isoformat().encode(), data=b'"found_by":"visit"')


def _not_its_own(line: _Line) -> bytes | None:
    if line.word != b"county-reported":
        return None
    return line.written(subject=b"110101" if line.sender != b"11" else b"310101")


def _elsewhere(line: _Line, county: bytes) -> bytes | None:
    if line.word == b"county-reported":
        return line.written(subject=county)
    data, found = re.subn(rb'"county":"\d{6}"', b'"county":"%b"' % county, line.data)
    return line.written(data=data) if found else None


def _not_valid_then(line: _Line) -> bytes | None:
    if line.day < b"2020-01-01":
        return _elsewhere(line, b"510118")  # 新津区, not before 2020
    return _elsewhere(line, b"510132") if line.day > b"2020-06-30" else None  # 新津县, no longer after June 2020


def _misspelt(line: _Line) -> bytes | None:
    data, found = re.subn(rb'"(reason|placement|outcome|code)":"', rb'"\1":"no_', line.data, count=1)
    return line.written(data=data) if found else None


def _impossible(line: _Line) -> bytes | None:
    if line.word == b"listed":
        return line.written(word=b"suspected", data=b'"found_by":"platform"')
    if line.word == b"returned":
        return line.written(word=b"resumed", data=line.data.partition(b',"placement"')[0])
    return None


def _after_removal(line: _Line) -> bytes | None:
    return line.written(word=b"suspected", data=b'"found_by":"comparison"') if line.word == b"removed" else None


def _of_a_stranger(line: _Line) -> bytes | None:
    return line.written(subject=line.subject[::-1]) if line.word == b"returned" else None


def _of_no_type(line: _Line) -> bytes | None:
    return line.written(word=b"came-back") if line.word == b"returned" else None


_ANOMALIES: tuple[tuple[str, _Making], ...] = (
    ("duplicate", lambda line: line.written(id=line.id)),
    ("duplicate", lambda line: line.written()),
    ("late", _late),
    (RefusalCode.UNKNOWN_COUNTY, lambda line: _elsewhere(line, b"999999")),
    (RefusalCode.UNKNOWN_STUDENT, _of_a_stranger),
    ("duplicate", lambda line: line.written()),
    (RefusalCode.UNKNOWN_FIELD, lambda line: line.written(data=b'"class":"3-2",' + line.data)),
    (RefusalCode.MALFORMED, _misspelt),
    (RefusalCode.IMPOSSIBLE_ORDER, _impossible),
    ("late", _late),
    (RefusalCode.NOT_YOUR_COUNTY, _not_its_own),
    (RefusalCode.MALFORMED, lambda line: line.written()[:-40]),
    (RefusalCode.AFTER_REMOVAL, _after_removal),
    (RefusalCode.FUTURE_DATED, lambda line: line.written(day=b"21" + line.day[2:])),
    ("duplicate", lambda line: line.written(id=line.id)),
    (RefusalCode.UNKNOWN_FIELD, lambda line: line.written().replace(b',"data":', b',"recordedtime":"2019-01-01T00:00:00Z","data":', 1)),
    (RefusalCode.COUNTY_NOT_VALID_THEN, _not_valid_then),
    (RefusalCode.UNKNOWN_TYPE, _of_no_type),
)


class Anomalies:
    """The anomalies of one sender, one kind after the other."""

    def __init__(self, begin: int) -> None:
        """``begin``: selects the first kind, so that few lines of many senders show all kinds."""
        self._turn = begin * 5 % len(_ANOMALIES)
        self._until = _EVERY // (1 + begin % 3)

    def among(self, lines: Iterable[bytes], tally: Tally) -> Iterator[bytes]:
        """Return the lines with anomalies among them, and count every line that is returned."""
        for line in lines:
            tally.accepted += 1
            yield line
            self._until -= 1
            if self._until <= 0 and (anomaly := self._made(line)) is not None:
                outcome, weak = anomaly
                tally.count(outcome)
                yield weak

    def _made(self, line: bytes) -> tuple[str, bytes] | None:
        parts = _read(line)
        if parts is None:
            raise ValueError(f"not a line of this history: {line!r}")
        outcome, made = _ANOMALIES[self._turn]
        weak = made(_Line(*parts.groups()))
        if weak is None and self._until > -_PATIENCE:
            return None
        self._turn, self._until = (self._turn + 1) % len(_ANOMALIES), _EVERY if weak is not None else 0
        return (outcome, weak) if weak is not None else None
