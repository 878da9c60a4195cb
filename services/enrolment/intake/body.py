"""Reads the body of a request as its lines, within limits: nothing is ever held that a limit forbids.

Every function takes the body as it comes, in chunks, and raises ``Problem``: 413 over a limit, 400 for a body in which no lines
can be found. Between pieces of a body other requests have their turn.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable

import msgspec
from msgspec import Raw

from services.enrolment.intake.array_splitter import ArraySplitter, NotAnArray
from services.enrolment.limits import Limits, setting
from shared.http.problems import Problem

Chunks = AsyncIterator[bytes]
Slices = AsyncIterator[list[bytes]]

_SLICE = 250
"""Lines that are checked in one go: about 2 ms."""
_PIECE = 256 << 10
"""Bytes that are worked on in one go: about 2 ms."""
_SCRAP = 16 << 10
"""Chunks shorter than this are joined, for each costs a copy of the line that it goes on with."""
_FREE = 1 << 20
"""Inflated bytes before the ratio counts: a small body of one report over and over is no bomb."""
_ROOM = 8
"""Bytes that are kept beyond the longest line: a mark before it and an end of line behind it are none of its own."""
_MARK = b"\xef\xbb\xbf"
"""A byte order mark: files that were joined have one at the beginning of lines."""
_BLANK = b" \t\r\n"
_decode_array = msgspec.json.Decoder(list[Raw]).decode


async def bounded(chunks: Chunks, limits: Limits) -> Chunks:
    """Pass a body on as it was sent, up to ``body_bytes``."""
    sent = 0
    async for chunk in chunks:
        sent += len(chunk)
        if sent > limits.body_bytes:
            raise _too_large("body_bytes", limits, "A body must not be longer than {} bytes as sent")
        yield chunk


async def inflated(chunks: Chunks, limits: Limits) -> Chunks:
    """Inflate gzip, one member or several, up to ``inflated_bytes`` and ``inflation_ratio``.

    Zeros behind a member are passed over, as gzip itself does: writers of whole blocks pad with them.
    """
    member, sent, total = zlib.decompressobj(wbits=31), 0, 0
    async for chunk in chunks:
        sent += len(chunk)
        rest = chunk
        while rest:
            if member.eof:
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
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


async def pieces(chunks: Chunks) -> Chunks:
    """Pass a body on in pieces that are neither scraps nor longer than what is worked on in one go."""
    scraps, held = [], 0
    async for chunk in chunks:
        scraps.append(chunk)
        held += len(chunk)
        if held >= _SCRAP:
            whole, scraps, held = b"".join(scraps), [], 0
            for at in range(0, len(whole), _PIECE):
                yield whole[at : at + _PIECE]
    if scraps:
        yield b"".join(scraps)


async def one(chunks: Chunks, limits: Limits) -> Slices:
    """Return the whole body as one line. Of a body that is too long for a line only so much is kept as shows that it is."""
    text = b""
    async for piece in pieces(chunks):
        text = (text + piece)[: limits.line_bytes + _ROOM]
    yield [_line(text)]


async def ndjson(chunks: Chunks, limits: Limits) -> Slices:
    """Return the lines of NDJSON, blank ones as ``b""``. Of a line that is too long only so much is kept as shows that it is."""
    count, rest = 0, b""
    async for piece in pieces(chunks):
        count += piece.count(b"\n")
        _count(count, limits)
        *lines, rest = (rest + piece).split(b"\n")
        rest = rest[: limits.line_bytes + _ROOM]
        for at in range(0, len(lines), _SLICE):
            yield [_line(line) for line in lines[at : at + _SLICE]]
            await asyncio.sleep(0)
    if rest:
        _count(count + 1, limits)
        yield [_line(rest)]


async def array(chunks: Chunks, limits: Limits) -> Slices:
    """Return the elements of a JSON array, each as a line. Of an element that is too long only so much is kept as shows that it is."""
    splitter, marked = ArraySplitter(limits.line_bytes), True
    try:
        async for piece in pieces(chunks):
            elements = splitter.cut(piece.removeprefix(_MARK) if marked else piece)
            marked = False
            _count(splitter.found, limits)
            for at in range(0, len(elements), _SLICE):
                yield _json_values(elements[at : at + _SLICE], limits)
                await asyncio.sleep(0)
        splitter.finish()
    except NotAnArray as error:
        raise _unreadable(f"The body must be one JSON array of events; {error}") from None


def _json_values(elements: list[bytes], limits: Limits) -> list[bytes]:
    """Return elements of an array as they are. Raises ``NotAnArray`` where one is no JSON: then the body is no array."""
    try:
        _decode_array(b"[%b]" % b",".join(element for element in elements if len(element) <= limits.line_bytes))
    except RecursionError:
        pass  # its depth is judged as that of any line
    except ValueError:
        raise NotAnArray("one of them is no JSON") from None
    return elements


def _line(line: bytes) -> bytes:
    line = line.removeprefix(_MARK)
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
