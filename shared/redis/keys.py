"""Keys in Redis, declared beside the code that writes them: the reference page is made of these, and a test finds any other."""

import re
from typing import Literal, NamedTuple

GENERATION = "for the life of the generation"


class Key(NamedTuple):
    """Keys of one kind. ``name``: what varies stands in angle brackets; ``kept``: until when they are there."""

    name: str
    kind: Literal["string", "hash", "set", "sorted set", "stream"]
    holds: str
    kept: str = GENERATION

    def is_name_of(self, key: str) -> bool:
        """Tell whether a key is one of these."""
        return re.fullmatch(re.sub(r"<[^>]+>", "[^ ]+", re.escape(self.name)), key) is not None


def key_of(service: str, generation: str, partition: int, what: str) -> str:
    """Give the name of one of a partition's keys: all of them stand under one hash tag, so that a script may take several."""
    return f"{{{service}:{generation}:p{partition}}}:{what}"
