"""The independent recount of the record, by the audit's SQL, which shares no code with any contestant; and the counts that a contestant left."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bench.side_by_side.task import CELLS
from deploy.local import kafka_access
from deploy.local.config import StackConfig
from services.reporting.audit.recount import Recount, open_database
from services.reporting.audit.sources.bounds import read_bounds
from services.reporting.audit.sources.kafka_topic import Brokers, KafkaTopic
from services.reporting.audit.verification import recount_until
from services.reporting.counting import OPENING_POOR_CELL
from shared.log.rights import AUDITOR
from shared.rebuilding.generations import FIRST_GENERATION
from shared.redis.keys import key_of

_SUMS = ("cells", "flows", "due")
"""The hashes of a partition of ours that hold sums."""
_NO_SUMS = ("reported", "claimed")
_NOT_RECOUNTED = f":{OPENING_POOR_CELL}"
"""A cell for a baseline of the page: the audit does not count it. All contestants count it all the same."""


def recounted(config: StackConfig) -> Counter[str]:
    """Return the counts of the whole record. Raises ``RuntimeError`` where a record cannot be counted."""
    brokers = Brokers(config.kafka_bootstrap, kafka_access.brokers(config, AUDITOR).client())
    with KafkaTopic(brokers) as topic, open_database() as database:
        bounds = read_bounds(brokers, config.partitions)
        recount, _ = recount_until(Recount(database, bounds=bounds), topic, topic.ends(), lambda _: None)
        if findings := recount.findings():
            raise RuntimeError(f"the record holds what cannot be counted: {findings}")
        rows = database.execute("SELECT county, cell, n FROM recounted WHERE cell NOT IN (?, ?)", _NO_SUMS).fetchall()
    return Counter({f"{county}:{cell}": n for county, cell, n in rows})


def counts_of_contestant(redis: Any) -> Counter[str]:
    """Return the counts that a contestant left in Redis, in the words of the recount."""
    return _added(redis.hgetall(key) for key in redis.scan_iter(f"{CELLS}*"))


def counts_of_ours(redis: Any, partitions: int) -> Counter[str]:
    """Return the counts of our own board, in the words of the recount."""
    keys = [key_of("reporting", FIRST_GENERATION, partition, what) for partition in range(partitions) for what in _SUMS]
    return _added(redis.hgetall(key) for key in keys)


def _added(hashes: Any) -> Counter[str]:
    counts = Counter[str]()
    for fields in hashes:
        counts.update({in_words_of_recount(field): int(n) for field, n in fields.items()})
    return Counter({cell: n for cell, n in counts.items() if n and not cell.endswith(_NOT_RECOUNTED)})


def in_words_of_recount(name: str) -> str:
    """Return the name of a count as the recount has it: a day alone is a due day, a day and a word a flow."""
    county, _, cell = name.partition(":")
    if cell[:4].isdigit():
        day, _, flow = cell.partition(":")
        return f"{county}:flow.{day}.{flow}" if flow else f"{county}:due.{day}"
    return name


def total(facts: Mapping[str, str]) -> int:
    """Return the number of facts that a contestant says it has counted."""
    return sum(map(int, facts.values()))
