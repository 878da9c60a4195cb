"""The declaration of keys in Redis. Each stands beside the code that writes it; the reference page is made of them, and a test finds any other."""

import re
from typing import Literal, NamedTuple

GENERATION = "for the life of the generation"


class Key(NamedTuple):
    """Keys of one kind. ``name``: with what varies in angle brackets; ``kept``: how long they are kept."""

    name: str
    kind: Literal["string", "hash", "set", "sorted set", "stream"]
    holds: str
    kept: str = GENERATION

    def is_name_of(self, key: str) -> bool:
        """Return whether a key is of this kind."""
        return re.fullmatch(re.sub(r"<[^>]+>", "[^ ]+", re.escape(self.name)), key) is not None


def key_of(service: str, generation: object, partition: int, what: str) -> str:
    """Return the name of one of a partition's keys in a generation, whose name is the text of ``generation``."""
    return f"{{{service}:{generation}:p{partition}}}:{what}"


def key_beside(service: str, partition: int, what: str) -> str:
    """Return the name of one of a partition's keys that all generations have in common."""
    return f"{{{service}:p{partition}}}:{what}"
