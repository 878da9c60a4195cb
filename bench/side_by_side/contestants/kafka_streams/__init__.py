"""Kafka Streams: its jars, fetched and checked as the broker's are, and its programs, compiled by the machine's JDK.

The product needs a Java only to run the broker, and brings one. A compiler comes with a JDK alone: who has none is told so.
"""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from deploy.local import jars
from deploy.local.config import StackConfig
from deploy.local.java import OLDEST_JAVA, java_version

STREAMS = "org.apache.kafka:kafka-streams:4.4.0"
HERE = Path(__file__).parent
LOCK = HERE / "streams.lock"
SOURCES = sorted(HERE.glob("*.java"))
CLASSES = Path(sys.prefix) / "bench" / "kafka-streams"
"""Where the compiled programs are put: beside the packages of the other contestants."""


class NoJdk(Exception):
    """There is no Java compiler on this machine. The message says what to install."""


def find_jdk() -> tuple[Path, Path]:
    """Return `java` and `javac` of one JDK, of the one whose `javac` is on the PATH. Raises ``NoJdk``."""
    if (found := shutil.which("javac")) is not None:
        javac = Path(found).resolve()
        java = javac.with_name("java")
        if (java_version(java) or 0) >= OLDEST_JAVA:
            return java, javac
    raise NoJdk(
        f"kafka-streams needs a JDK of Java {OLDEST_JAVA} or newer, whose javac is on the PATH (on Debian and Ubuntu: default-jdk-headless). "
        "Without one, measure the others alone: make bench CONTESTANTS=..."
    )


@cache
def command(program: str) -> tuple[str | Path, ...]:
    """Compile the programs, and return the command that runs one. Raises ``NoJdk``, ``JarsWrong``."""
    java, javac = find_jdk()
    folder = jars.ensure(StackConfig.from_environment().cache, jars=jars.locked(LOCK))
    subprocess.run([javac, "-d", CLASSES, "-cp", f"{folder}/*", *SOURCES], check=True)
    return java, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{CLASSES}:{folder}/*", program
