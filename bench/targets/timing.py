"""Of each report, how long it took to each place on its way: worked out of what was seen there. Pure.

A report is in the record at the offset of its fact. It stands in Redis once a delta leads beyond that offset, and is on a screen once the screen
shows the number of a document whose vector of offsets does.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bench.targets.measured import NotRight

Document = tuple[Mapping[str, int], int]
"""A vector of offsets, and the number of children out of school in it."""
Shown = tuple[float, int]
"""When a screen showed a number, and which."""
Deltas = Mapping[int, tuple[list[int], list[float]]]
"""By partition, the offsets that its deltas lead to, and when each was there."""


class Sent(NamedTuple):
    """A report: when it was due to be sent, and when it was acknowledged."""

    due: float
    acked: float


class Logged(NamedTuple):
    """A fact: where it is in the record, and when the broker took it."""

    partition: int
    offset: int
    at: float


class Times(NamedTuple):
    """Seconds of each report, from when it was due."""

    acked: list[float]
    logged: list[float]
    to_redis: list[float]
    to_screen: list[float]


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile, in milliseconds."""
    return quantile(seconds, 0.99)


def quantile(seconds: Sequence[float], share: float) -> float:
    """Return a quantile, in milliseconds."""
    return float(np.quantile(np.array(seconds), share) * 1e3)


def in_redis(fact: Logged, deltas: Deltas) -> float:
    """Return when the value of a fact stood in Redis. Raises ``NotRight`` where it does not."""
    ends, times = deltas[fact.partition]
    first = bisect_right(ends, fact.offset)
    if first == len(ends):
        raise NotRight(f"the fact at {fact.partition}:{fact.offset} is not in Redis")
    return times[first]


def check(said: Mapping[str, Any], seen: Sequence[tuple[float, int]], sent: set[str], facts: Mapping[str, list[Logged]], children: int) -> None:
    """Raise ``NotRight`` unless all came out right: each report recorded once, the page right, and every screen there."""
    # guard: no equality, no number
    if said["lost"] or said["behind"]:
        raise NotRight(f"{said['lost']} screens were cut off, {said['behind']} are behind the first one")
    if wrong := [child for child in sent if len(facts.get(child, ())) != 1]:
        raise NotRight(f"{len(wrong)} of {len(sent)} reports were not recorded once")
    if not seen or seen[-1][1] != children:
        raise NotRight(f"the page shows {seen[-1][1] if seen else 'nothing new'}, and {children} children are out of school")
    # guard end


def times_of(
    sent: Mapping[str, Sent], facts: Mapping[str, list[Logged]], deltas: Deltas, documents: Sequence[Document], seen: Sequence[tuple[float, int]]
) -> Times:
    """Return the seconds of each report. The numbers of documents and page only grow, as each report adds a child."""
    times = Times([], [], [], [])
    numbers = [number for _, number in seen]
    vectors = {partition: [vector[str(partition)] for vector, _ in documents] for partition in deltas}
    for child, (due, acked) in sent.items():
        [fact] = facts[child]
        covering = documents[bisect_right(vectors[fact.partition], fact.offset)][1]
        times.acked.append(acked - due)
        times.logged.append(fact.at - due)
        times.to_redis.append(in_redis(fact, deltas) - due)
        times.to_screen.append(seen[bisect_left(numbers, covering)][0] - due)
    return times
