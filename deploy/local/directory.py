"""The directory of children in the embedded stack: two SQLite files and two files of keys, in a folder that only its owner looks into.

The keys are made when the stack is set up. A key that is there is never replaced: without the master key no name opens, and with another
student-id key every child would get another id.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.local.config import StackConfig
from services.enrolment.directory.key_files import ensure_keys


def prepare(config: StackConfig) -> None:
    """Make the folder and the keys that are missing. Raises ``KeysWrong``."""
    config.directory_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ensure_keys(*key_files(config))


def key_files(config: StackConfig) -> tuple[Path, Path]:
    """Return the files of the student-id key and of the master key."""
    return config.directory_folder / "student-id.keys", config.directory_folder / "master.keys"


def environment(config: StackConfig) -> Mapping[str, str]:
    """Return the settings by which enrolment's api and the command line find the directory."""
    student_keys, master_keys = key_files(config)
    return {
        "ENROLMENT_DIRECTORY_URL": f"sqlite:///{config.directory_folder / 'children.sqlite'}",
        "ENROLMENT_KEYSTORE_URL": f"sqlite:///{config.directory_folder / 'keystore.sqlite'}",
        "ENROLMENT_STUDENT_KEYS_FILE": str(student_keys),
        "ENROLMENT_MASTER_KEYS_FILE": str(master_keys),
    }
