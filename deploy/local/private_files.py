"""Files that nobody but their owner can read, at any moment."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write a file with mode 0600, in one step: a reader finds the old text or the new."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as to:
        to.write(text)
    new.replace(file)


def ensure_password(file: Path) -> str:
    """Return the password that a file holds; make one of 256 random bits where there is no file. Others lose their rights to the file."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(32))  # without the end of a line, which Kafka would take for a part of it
    file.chmod(0o600)
    return file.read_text("ascii").strip()
