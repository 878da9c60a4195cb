"""What every process logs: one JSON object a line, with the record and the event that it is about, and never what anybody sent.

A line about a record has ``at``, which is ``topic[partition]@offset``, and ``event``, the id of an event: the fact, the refusal or the dead
letter that the record led to, or the record's own where it is a fact. Errors of other libraries are logged by kind and place only,
because their messages may quote the data that they were given.
"""

import logging
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version

import msgspec

_ABOUT = ("event", "at")
_MESSAGES_WITHOUT_DATA = ("shared", "services", "deploy", "aiokafka", "kafka", "redis", "asyncio", "faust", "mode")
"""Packages whose errors name connections, offsets and settings, never a record's content."""


def about(topic: str, partition: int, offset: int, event: str | None = None) -> Mapping[str, str]:
    """Return the ``extra`` of a log call about a record, or about a batch by its first record."""
    at = {"at": f"{topic}[{partition}]@{offset}"}
    return at if event is None else {**at, "event": event}


def log_as_json(service: str, part: str, level: str = "INFO") -> None:
    """Make the whole process log one JSON object a line to standard error."""
    lines = logging.StreamHandler()
    lines.setFormatter(_JsonLines({"service": service, "part": part, "version": version("baoxue")}))
    logging.basicConfig(level=level, handlers=[lines], force=True)


class _JsonLines(logging.Formatter):
    def __init__(self, always: Mapping[str, str]) -> None:
        super().__init__()
        self._always = always

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            **self._always,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for field in _ABOUT:
            if (value := getattr(record, field, None)) is not None:
                line[field] = value
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = "\n".join(_described(record.exc_info[1]))
        return msgspec.json.encode(line).decode()


def _described(error: BaseException) -> Iterator[str]:
    """Yield an error and its causes: the kind, the message if it can hold no data, and the lines of code."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        kind = type(cause)
        yield f"{kind.__module__}.{kind.__qualname__}" + (f": {cause}" if _message_has_no_data(cause) else "")
        for frame in traceback.extract_tb(cause.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _message_has_no_data(error: BaseException) -> bool:
    return isinstance(error, OSError) or type(error).__module__.partition(".")[0] in _MESSAGES_WITHOUT_DATA
