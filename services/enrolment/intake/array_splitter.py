"""Cuts a JSON array into its elements as its text comes in, in time that grows with the length and memory that does not.

It finds where elements end, by brackets, commas and quotes, a whole piece of text at a time; whether an element is JSON is for a parser to
say. msgspec decodes whole documents only, and would hold an object for each of the 32 million elements that 64 MB may have; ijson reads a
stream, but returns values in place of the text, and the last one of a member that is there twice.
"""

import numpy as np

_OPENING, _CLOSING, _QUOTE, _COMMA = (ord("["), ord("{")), (ord("]"), ord("}")), ord('"'), ord(",")
_DEEPER = np.zeros(256, np.int8)
_DEEPER[[*_OPENING]], _DEEPER[[*_CLOSING]] = 1, -1
_IS_MARK = np.zeros(256, bool)
_IS_MARK[[*_OPENING, *_CLOSING, _QUOTE, _COMMA]] = True
_BLANK = b" \t\r\n"
_ROOM = 64
"""Bytes that are held beyond the longest element: so many blanks may follow it."""


class NotAnArray(Exception):
    """The text does not begin, or does not go on, as one JSON array. The message says where."""


class ArraySplitter:
    """The elements of one array. Of an element longer than ``longest`` bytes only so much is returned as shows that it is."""

    def __init__(self, longest: int) -> None:
        self._most_held = longest + _ROOM
        self._depth = 0
        self._in_string = False
        self._escape = b""
        """A backslash at the end of the last piece, whose escape the next piece ends."""
        self._held = b""
        """The beginning of an element that has not ended."""
        self._ended = False
        self.found = 0

    def cut(self, piece: bytes) -> list[bytes]:
        """Return the elements that end in the next piece of the text, without blanks around them. Raises ``NotAnArray``."""
        if self._depth == 0:
            piece = self._beginning(piece)
        piece = self._whole_escapes(piece)
        elements, begin = [], 0
        for end in self._ends(piece):
            self._hold(piece[begin:end])
            elements.append(self._held if len(self._held) == self._most_held else self._held.rstrip(_BLANK))
            self._held, begin = b"", end + 1
        if self._ended:
            self._beginning(piece[begin:])
            if not self.found and elements == [b""]:
                return []
        else:
            self._hold(piece[begin:])
        self.found += len(elements)
        return elements

    def finish(self) -> None:
        """Raise ``NotAnArray`` where the text has ended and the array has not."""
        if not self._ended:
            raise NotAnArray(f"after element {self.found} it ends too early")

    def _beginning(self, piece: bytes) -> bytes:
        """Return what follows the bracket that opens the array; before it, and after the one that closes it, only blanks may stand."""
        piece = piece.lstrip(_BLANK)
        if piece and self._ended:
            raise NotAnArray(f"after element {self.found} the array ends, and the body goes on")
        if piece and not piece.startswith(b"["):
            raise NotAnArray("it does not begin as one")
        self._depth = 1 if piece else 0
        return piece[1:]

    def _whole_escapes(self, piece: bytes) -> bytes:
        """Hold back a backslash at the end of a piece until what it escapes is there."""
        piece, self._escape = self._escape + piece, b""
        if (len(piece) - len(piece.rstrip(b"\\"))) % 2:
            piece, self._escape = piece[:-1], b"\\"
        return piece

    def _ends(self, piece: bytes) -> list[int]:
        """Return where elements end in a piece; note the strings and brackets that are open at its end, and whether the array has ended."""
        if b"\\" in piece:
            piece = piece.replace(b"\\\\", b"__").replace(b'\\"', b"__")
        codes = np.frombuffer(piece, np.uint8)
        places = np.flatnonzero(_IS_MARK[codes])
        if not len(places):
            return []
        marks = codes[places]
        outside = (np.cumsum(marks == _QUOTE, dtype=np.uint8) + self._in_string) & 1 ^ 1
        depth = self._depth + np.cumsum(_DEEPER[marks] * outside.view(np.int8), dtype=np.int32)
        is_end = (marks == _COMMA) & (depth == 1) & outside.view(bool)
        closings = np.flatnonzero(depth == 0)[:1]
        if len(closings):
            is_end[closings[0]] = True
            is_end[closings[0] + 1 :] = False
        self._depth, self._in_string, self._ended = (0, False, True) if len(closings) else (int(depth[-1]), not outside[-1], False)
        ends: list[int] = places[is_end].tolist()
        return ends

    def _hold(self, more: bytes) -> None:
        more = more if self._held else more.lstrip(_BLANK)
        self._held += more[: self._most_held - len(self._held)]
