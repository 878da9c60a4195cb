"""Who wraps the keys of children: a master key in a file, or a key management service behind the same three methods.

A file is read again whenever it was changed, so that a new version of the master key needs no restart.
"""

from pathlib import Path
from typing import NamedTuple, Protocol

from services.enrolment.directory.key_files import KeysWrong, MasterKey, read_master_keys
from services.enrolment.directory.sealing import unwrap_key, wrap_key


class WrappedKey(NamedTuple):
    """A key as it is kept, and the version of the master key that opens it."""

    version: int
    wrapped: bytes


class MasterKeys(Protocol):
    """Wraps keys, and opens them again. What it stands on is outside of the database."""

    def newest(self) -> int:
        """Return the version that wraps now. Raises ``KeysWrong``."""

    def wrap(self, owner: str, key: bytes) -> WrappedKey:
        """Wrap the key of an owner under the newest version. Raises ``KeysWrong``."""

    def unwrap(self, owner: str, kept: WrappedKey) -> bytes:
        """Open the key of an owner. Raises ``KeysWrong`` for a version that is not there, ``SealBroken`` for what does not open."""


class FileMasterKeys:
    """The master key in a file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] = (0, 0, 0)
        self._keys: dict[int, MasterKey] = {}

    def newest(self) -> int:
        return max(self._current())

    def wrap(self, owner: str, key: bytes) -> WrappedKey:
        keys = self._current()
        newest = keys[max(keys)]
        return WrappedKey(newest.version, wrap_key(newest.key, newest.version, owner, key))

    def unwrap(self, owner: str, kept: WrappedKey) -> bytes:
        master = self._current().get(kept.version)
        if master is None:
            raise KeysWrong(f"{self._path}: version {kept.version} of the master key is not there, and keys are wrapped with it: put it back")
        return unwrap_key(master.key, kept.version, owner, kept.wrapped)

    def _current(self) -> dict[int, MasterKey]:
        try:
            stat = self._path.stat()
        except OSError as error:
            raise KeysWrong(f"{self._path}: {error.strerror}") from None
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_mode)
        if seen != self._seen:
            self._keys = {each.version: each for each in read_master_keys(self._path)}
            self._seen = seen
        return self._keys
