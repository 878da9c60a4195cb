"""The files that hold keys: the versions of the student-id key, which every holder has, and those of the master key, which one installation has.

A file is JSON, and only its owner may read it: one that others may read is refused. It is replaced as a whole, so that a reader sees the old
one or the new one.
"""

import os
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from services.enrolment.directory.sealing import KEY_BYTES, draw_key
from services.enrolment.directory.student_ids import StudentKey, StudentKeys

FIRST_DAY = date(2000, 1, 1)
"""The first day of the first student-id key: before any report that is taken."""
_OTHERS = 0o077
_MOST_BYTES = 64 << 10

File = TypeVar("File", bound=Struct)


class KeysWrong(Exception):
    """A file of keys cannot be used. The message names the file and what mends it, and never a key."""


class _StudentKeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    student_keys: tuple[StudentKey, ...]


class MasterKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A version of the master key."""

    version: int
    key: bytes

    def __post_init__(self) -> None:
        if self.version < 1 or len(self.key) != KEY_BYTES:
            raise ValueError(f"a master key has a version from 1 on, and {KEY_BYTES} bytes")

    def __repr__(self) -> str:
        """Return a text without the key."""
        return f"MasterKey(version={self.version})"


class _MasterKeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    master_keys: tuple[MasterKey, ...]


def read_student_keys(path: Path) -> StudentKeys:
    """Return the versions of the student-id key in a file. Raises ``KeysWrong``."""
    try:
        return StudentKeys(_read(path, _StudentKeyFile).student_keys)
    except ValueError as error:
        raise KeysWrong(f"{path}: {error}") from None


def read_master_keys(path: Path) -> tuple[MasterKey, ...]:
    """Return the versions of the master key in a file, oldest first. Raises ``KeysWrong``."""
    keys = sorted(_read(path, _MasterKeyFile).master_keys, key=lambda each: each.version)
    if not keys or len({each.version for each in keys}) < len(keys):
        raise KeysWrong(f"{path}: there must be one master key at least, and each version once")
    return tuple(keys)


def add_student_key(path: Path, since: date) -> StudentKey:
    """Write a new version into a file, which is made where there is none, and return it. Raises ``KeysWrong``."""
    keys = read_student_keys(path).keys if path.exists() else ()
    new = StudentKey(max((each.version for each in keys), default=0) + 1, since, draw_key())
    try:
        ordered = StudentKeys((*keys, new)).keys
    except ValueError as error:
        raise KeysWrong(f"{path}: {error}") from None
    _write(path, _StudentKeyFile(ordered))
    return new


def add_master_key(path: Path) -> MasterKey:
    """Write a new version into a file, which is made where there is none, and return it. Raises ``KeysWrong``."""
    keys = read_master_keys(path) if path.exists() else ()
    new = MasterKey(max((each.version for each in keys), default=0) + 1, draw_key())
    _write(path, _MasterKeyFile((*keys, new)))
    return new


def keep_newest_master_key(path: Path) -> MasterKey:
    """Remove all versions but the newest, for ever, and return that. Raises ``KeysWrong``."""
    newest = read_master_keys(path)[-1]
    _write(path, _MasterKeyFile((newest,)))
    return newest


def ensure_keys(student_keys: Path, master_keys: Path) -> list[Path]:
    """Make the files that are missing, each with its first key, and return them. Raises ``KeysWrong``."""
    made = []
    if not student_keys.exists():
        add_student_key(student_keys, FIRST_DAY)
        made.append(student_keys)
    if not master_keys.exists():
        add_master_key(master_keys)
        made.append(master_keys)
    return made


def ensure_password(path: Path) -> bool:
    """Make a file with a random password, which its owner and group may read, where there is none; return whether it was made."""
    if path.exists():
        return False
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w") as file:
        file.write(f"{draw_key().hex()}\n")
    return True


def _read(path: Path, kind: type[File]) -> File:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise KeysWrong(f"{path}: others than its owner may read it: chmod 600 {path}")
            return msgspec.json.decode(file.read(_MOST_BYTES), type=kind)
    except OSError as error:
        raise KeysWrong(f"{path}: {error.strerror}; `baoxue up` makes it, and docs/how-to/names.md says how elsewhere") from None
    except (msgspec.MsgspecError, ValueError):
        raise KeysWrong(f"{path}: it is no file of keys, or was cut off") from None


def _write(path: Path, keys: Struct) -> None:
    """Replace a file, which nobody but its owner could read at any moment."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(keys), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
