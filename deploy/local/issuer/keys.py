"""The keys that the issuer signs with: made when the stack is set up, in a file of its owner's alone.

A new key is published before it signs, so that every api has fetched it by then. The key that it replaces stays published until the last token
that it signed is over. The file is read again whenever it changed, so that a rotation needs no restart.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec
from joserfc.jwk import OKPKey

from deploy.local.private_files import write_private

ALGORITHM = "Ed25519"
"""RFC 9864: Ed25519, and not the older EdDSA, which names no curve."""
LONGEST_MINUTES = 24 * 60
"""The longest life of a token."""
LEAD = 330.0
"""Seconds for which a key is published before it signs: apis fetch the keys every 300 (``shared.identity.keys.PACE``)."""
_STAYS = LONGEST_MINUTES * 60 + 300
"""Seconds for which a replaced key stays published: the longest token and the difference of clocks."""


class _Kept(msgspec.Struct):
    """A key: from when on it signs, and the moment after which nobody needs it, None as long as no other replaces it; in seconds since 1970."""

    jwk: dict[str, str]
    begins: float = 0.0
    until: float | None = None


class Signer(NamedTuple):
    """A private key and its id."""

    kid: str
    key: OKPKey


class Keyring:
    """The keys in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at: tuple[int, int] | None = None
        self._keys: list[_Kept] = []

    def signer(self, now: float) -> Signer:
        """Return the key that signs at this moment. Raises ``OSError`` where there is no file."""
        newest = max((kept for kept in self._current() if kept.begins <= now), key=lambda kept: kept.begins)
        return Signer(newest.jwk["kid"], OKPKey.import_key(dict(newest.jwk)))

    def published(self, now: float) -> dict[str, list[dict[str, object]]]:
        """Return the public keys of all tokens that may be alive, as a JWK set."""
        alive = [OKPKey.import_key(dict(kept.jwk)) for kept in self._current() if kept.until is None or kept.until > now]
        return {"keys": [dict(key.as_dict(private=False)) for key in alive]}

    def _current(self) -> list[_Kept]:
        stat = self._file.stat()
        if self._read_at != (stat.st_mtime_ns, stat.st_ino):
            self._keys = _read(self._file)
            self._read_at = (stat.st_mtime_ns, stat.st_ino)
        return self._keys


def key_file(folder: Path) -> Path:
    """Return where the keys are, below the folder of the issuer."""
    return folder / "keys.json"


def ensure_key(folder: Path) -> None:
    """Make the first key, if there is none."""
    if not (file := key_file(folder)).exists():
        _write(file, [_Kept(new_jwk())])
    file.chmod(0o600)


def rotate(folder: Path, now: float) -> tuple[str, float]:
    """Make the next key, and return its id and when it begins to sign. The one before stays until its tokens are over; older ones go."""
    file = key_file(folder)
    fresh = _Kept(new_jwk(), begins=now + LEAD)
    kept = [each for each in _read(file) if each.until is None or each.until > now]
    for each in kept:
        each.until = each.until or fresh.begins + _STAYS
    _write(file, [fresh, *kept])
    return fresh.jwk["kid"], fresh.begins


def new_jwk() -> dict[str, str]:
    """Return a new private key as a JWK, with the thumbprint of its public part for an id."""
    made = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return {name: str(value) for name, value in made.as_dict(private=True).items()}


def _read(file: Path) -> list[_Kept]:
    return msgspec.json.decode(file.read_bytes(), type=list[_Kept])


def _write(file: Path, keys: list[_Kept]) -> None:
    write_private(file, msgspec.json.encode(keys).decode())
