"""The keys of the board. Those of a partition share a hash tag, so that one script may touch them all."""

from shared.contracts.services import REPORTING
from shared.rebuilding.generations import live_key
from shared.redis.keys import Key

LIVE_GENERATION = live_key(REPORTING.name)
"""The key that names the generation which the api shows."""

HASHES = ("cursor", "cells", "flows", "due", "reported", "claimed")
DELTAS = "deltas"
OF_PARTITION = (*HASHES, DELTAS)
"""The keys of a partition, in the order in which the scripts take them."""

KEYS = (
    Key(
        "{reporting:<generation>:p<partition>}:cursor",
        "hash",
        "`next`, the offset wanted of the record; `fold`, the version; `build_to` and `built`; `event_time` and `recorded_time`; "
        "`sequence:<source>`, the last taken of each source",
    ),
    Key("{reporting:<generation>:p<partition>}:cells", "hash", "`<county>:<cell>` -> number"),
    Key("{reporting:<generation>:p<partition>}:flows", "hash", "`<county>:<day>:<flow>` -> number"),
    Key("{reporting:<generation>:p<partition>}:due", "hash", "`<county>:<day>` -> files due, without zeros: no more fields than files not closed"),
    Key("{reporting:<generation>:p<partition>}:reported", "hash", "county -> newest time of its facts"),
    Key("{reporting:<generation>:p<partition>}:claimed", "hash", "county -> time and number of its own statement"),
    Key(
        "{reporting:<generation>:p<partition>}:deltas",
        "stream",
        "what each batch changed, from `prev` on, as MessagePack; the ids are offsets",
        "the last 50,000 offsets",
    ),
    Key(LIVE_GENERATION, "string", "the generation that is shown; without it that is `1`", "for ever"),
)
