"""Reads the body of a request as its lines, within limits: nothing is ever held that a limit forbids.

Every function takes the body as it comes, in chunks, and raises ``Problem``: 413 over a limit, 400 for what no lines
can be found in. They give way to other requests as they go.
"""

import asyncio
import json
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice

from services.enrolment.limits import Limits, setting
from shared.http.problems import Problem

Chunks = AsyncIterator[bytes]
Slices = AsyncIterator[list[bytes]]

_SLICE = 250
"""Lines that are checked in one go: about 2 ms."""
_PIECE = 256 << 10
_FREE = 1 << 20
"""Inflated bytes before the ratio counts: a small body of one report over and over is no bomb."""
_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_no_blank = re.compile(r"[^ \t\r\n]").search
# It only finds where elements end; they are judged as lines. Text for numbers: any length is read at once.
_scan = json.JSONDecoder(parse_int=str, parse_float=str, strict=False).raw_decode


async def bounded(chunks: Chunks, limits: Limits) -> Chunks:
    """Pass a body on as it was sent, up to ``body_bytes``."""
    sent = 0
    async for chunk in chunks:
        sent += len(chunk)
        if sent > limits.body_bytes:
            raise _too_large("body_bytes", limits, "A body must not be longer than {} bytes as sent")
        yield chunk


async def inflated(chunks: Chunks, limits: Limits) -> Chunks:
    """Inflate gzip, one member or several, up to ``inflated_bytes`` and ``inflation_ratio``."""
    member, sent, total = zlib.decompressobj(wbits=31), 0, 0
    async for chunk in chunks:
        sent += len(chunk)
        rest = chunk
        while rest:
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            try:
                piece = member.decompress(rest, _PIECE)
            except zlib.error:
                raise _unreadable("The body is not gzip as Content-Encoding says, or was damaged on its way") from None
            total += len(piece)
            if total > limits.inflated_bytes:
                raise _too_large("inflated_bytes", limits, "A body must not be longer than {} bytes once inflated")
            if total > _FREE and total > limits.inflation_ratio * sent:
                raise _too_large("inflation_ratio", limits, "A body must not become more than {} times as long when it is inflated")
            yield piece
            await asyncio.sleep(0)
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise _unreadable("The gzip in the body ends too early")


async def watched(chunks: Chunks, watch: Callable[[bytes], object]) -> Chunks:
    """Pass a body on and show it to somebody else as well."""
    async for chunk in chunks:
        watch(chunk)
        yield chunk


async def unmarked(chunks: Chunks) -> Chunks:
    """Pass a body on without the byte order mark that it may begin with."""
    head: bytes | None = b""
    async for chunk in chunks:
        if head is None:
            yield chunk
        elif len(head := head + chunk) >= len(_MARK):
            yield head.removeprefix(_MARK)
            head = None
    if head:
        yield head


async def one(chunks: Chunks, _: Limits) -> Slices:
    """Give the whole body as one line."""
    text = b"".join([chunk async for chunk in chunks])
    yield [_line(text)]


async def ndjson(chunks: Chunks, limits: Limits) -> Slices:
    """Give the lines of NDJSON, blank ones as ``b""``. Of a line that is too long only so much is kept as shows that it is."""
    count, rest = 0, b""
    async for chunk in chunks:
        count += chunk.count(b"\n")
        _count(count, limits)
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[: limits.line_bytes + 2]
        for at in range(0, len(lines), _SLICE):
            yield [_line(line) for line in lines[at : at + _SLICE]]
            await asyncio.sleep(0)
    if rest:
        _count(count + 1, limits)
        yield [_line(rest)]


async def array(chunks: Chunks, limits: Limits) -> Slices:
    """Give the elements of a JSON array, each as a line."""
    try:
        text = b"".join([chunk async for chunk in chunks]).decode()
    except UnicodeDecodeError:
        raise _unreadable("The body is not UTF-8") from None
    elements = _elements(text)
    count = 0
    while lines := [element.encode() for element in islice(elements, _SLICE)]:
        count += len(lines)
        _count(count, limits)
        yield lines
        await asyncio.sleep(0)


def _elements(text: str) -> Iterator[str]:
    at = _beyond_blanks(text, 0)
    if text[at : at + 1] != "[":
        raise _unreadable("The body must be one JSON array of events")
    at, n, mark = _beyond_blanks(text, at + 1), 0, ","
    if text[at : at + 1] == "]":
        at, mark = _beyond_blanks(text, at + 1), "]"
    while mark == ",":
        n += 1
        try:
            _, end = _scan(text, at)
        except (ValueError, RecursionError):
            raise _unreadable(f"The body must be one JSON array of events; element {n} is no JSON") from None
        yield text[at:end]
        at = _beyond_blanks(text, end)
        mark = text[at : at + 1]
        at = _beyond_blanks(text, at + 1)
    if mark != "]" or at != len(text):
        raise _unreadable(f"The body must be one JSON array of events; after element {n} it goes on as none or ends too early")


def _beyond_blanks(text: str, at: int) -> int:
    found = _no_blank(text, at)
    return found.start() if found else len(text)


def _line(line: bytes) -> bytes:
    return line.removesuffix(b"\r") if line.strip(_BLANK) else b""


def _count(lines: int, limits: Limits) -> None:
    if lines > limits.body_lines:
        raise _too_large("body_lines", limits, "A body must not have more than {} lines")


def _too_large(limit: str, limits: Limits, rule: str) -> Problem:
    most = getattr(limits, limit)
    detail = f"{rule.format(most)} (setting {setting(limit)}). Nothing of it was logged: send it in smaller bodies."
    return Problem(413, "too-large", "The body is over a limit", detail, more={"limit": most, "setting": setting(limit)})


def _unreadable(detail: str) -> Problem:
    return Problem(400, "unreadable-body", "No reports can be found in the body", f"{detail}. Nothing of it was logged.")
