"""What a contestant is told: where Kafka and Redis are, what to take, and where it may keep its own state. It works until it is ended.

Contestants run with packages of their own: this module imports nothing of ours.
"""

import sys
from pathlib import Path

import msgspec


class Task(msgspec.Struct, frozen=True):
    """``name``: of this run, for its group and topics of its own; ``state``: a folder that is empty when the run begins.

    ``topic``: what it takes. Who decides publishes to ``facts`` and ``refusals``; ``table``: the file of the table of decisions.
    """

    name: str
    bootstrap: str
    user: str
    password: str
    topic: str
    partitions: int
    redis_port: int
    redis_user: str
    redis_password: str
    state: str
    facts: str = ""
    refusals: str = ""
    table: str = ""


STARTED = "bench:started"
"""The key in Redis that a contestant sets when it begins its work: what its process took before is no cost a fact."""
FACTS = "bench:facts"
"""A hash whose numbers add up to the facts so far that touch a count. What a contestant writes once it has counted all may be more."""
CELLS = "bench:cells"
"""A hash of counts, or several whose names begin so, which are added up: ``<county>:<cell>``, ``<county>:<day>``, ``<county>:<day>:<flow>``."""


def read_task() -> Task:
    """Return the task that the command line names."""
    return msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Task)
