"""The record of the demo's history, made in memory by our own deciders: every topic's bytes, the same for the same scale and seed.

The reports go through the api's own check and the deciders of enrolment, case and relief, and the policies answer each other's facts until
nothing follows. Officers do nothing here: no file is visited, and no aid is paid.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import msgspec

from deploy.demo.history.history import History, Portion
from services.case.decider import CaseDecider
from services.case.policies import CasePolicies
from services.enrolment.decider import EnrolmentDecider
from services.enrolment.intake.batch import Batch
from services.enrolment.intake.line_checker import LineChecker
from services.enrolment.limits import Limits
from services.enrolment.policies import EnrolmentPolicies
from services.relief.decider import ReliefDecider
from services.relief.policies import ReliefPolicies
from shared.clock import CHINA
from shared.deciding.decider import Decider
from shared.deciding.deciding_follower import decide_batch
from shared.deciding.policy_follower import Policies, published_commands
from shared.geography.divisions import divisions
from shared.identity.offices import offices_below
from shared.log import topics
from shared.log.event_log import LogRecord
from shared.log.partitioner import partition_of
from shared.worker.follower import RecordBatch

_EVENING = time(20, tzinfo=CHINA)
_LINES = 50_000

Pairs = list[tuple[bytes, bytes]]
Log = dict[str, list[Pairs]]
"""The key and the bytes of every record, by topic and partition."""


@dataclass
class Deciding:
    """A decider with its states in memory."""

    decider: Decider
    states: dict[bytes, bytes | None] = field(default_factory=dict)
    done: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    """By partition, the next offset of the input topic."""


class RecordMaker:
    """Makes the topics of a history."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        limits = Limits()
        self._checker = LineChecker(divisions(), longest=limits.line_bytes, deepest=limits.line_depth)
        deciders: tuple[Decider, ...] = (EnrolmentDecider(), CaseDecider(), ReliefDecider())
        self._deciding = [Deciding(decider) for decider in deciders]
        self._policies: tuple[Policies, ...] = (EnrolmentPolicies(), CasePolicies(), ReliefPolicies())
        self._readers = [_reader(policies) for policies in self._policies]
        names = (topics.STUDENT_STATUS, topics.REFUSALS, *(each.decider.topic for each in self._deciding))
        self.log: Log = {name: [[] for _ in range(partitions)] for name in names}
        self._heard = [0] * partitions
        """By partition, the next offset of the record for the policies."""

    def add(self, portion: Portion) -> None:
        """Take the reports of a day, decide them, and whatever follows from them."""
        received = datetime.combine(portion.day, _EVENING)
        for sender, lines in portion.lines.items():
            batch = Batch("bench", received_at=received, sources=offices_below(sender, portion.day), partitions=self._partitions)
            batch.add(lines, self._checker)
            for partition, pairs in batch.records.items():
                self.log[topics.SUBMISSIONS][partition] += pairs
        while self._decide():
            self._answer()

    def _decide(self) -> bool:
        """Decide what waits in the input topics. Return whether anything did."""
        found = False
        for each in self._deciding:
            for partition, inputs in enumerate(self.log[each.decider.topic]):
                first = each.done[partition]
                if first < len(inputs):
                    found = True
                    records = [LogRecord(first + n, key, value) for n, (key, value) in enumerate(inputs[first:])]
                    batch = RecordBatch(each.decider.topic, partition, first, len(inputs), records)
                    ids = [each.decider.state_id(record.key) for record in records]
                    step = decide_batch(each.decider, batch, ids, {id_: each.states.get(id_) for id_ in ids})
                    if step.dead:
                        raise RuntimeError(f"{each.decider.topic}[{partition}]: our own inputs cannot be read: {step.reasons}")
                    each.states |= {change.state_id: change.state for change in step.changes}
                    each.done[partition] = len(inputs)
                    self.log[topics.STUDENT_STATUS][partition] += step.facts
                    self.log[topics.REFUSALS][partition] += step.refusals
        return found

    def _answer(self) -> None:
        """Let the policies hear what is new in the record."""
        for partition, facts in enumerate(self.log[topics.STUDENT_STATUS]):
            for offset in range(self._heard[partition], len(facts)):
                for policies, read in zip(self._policies, self._readers, strict=True):
                    if (fact := read(facts[offset][1])) is not None:
                        for key, value in published_commands(policies, fact, partition=partition, offset=offset):
                            self.log[policies.commands_topic][partition_of(key, self._partitions)].append((key, value))
            self._heard[partition] = len(facts)


def make_record(*, scale: float, seed: int, partitions: int) -> Log:
    """Return the topics of the history that the demo plays at this scale."""
    maker = RecordMaker(partitions)
    for portion in History(scale=scale, seed=seed).portions(_LINES):
        maker.add(portion)
    return maker.log


def _reader(policies: Policies) -> Callable[[bytes], Any]:
    """Return what reads a fact that the policies hear, and returns None for any other."""
    decoders = [(f'"{source}"'.encode(), source, msgspec.json.Decoder(reads).decode) for source, reads in policies.hears.items()]

    def read(value: bytes) -> Any:
        for mark, source, decode in decoders:
            if mark in value and (fact := decode(value)).source == source:
                return fact
        return None

    return read


def pieces(of: Iterable[tuple[bytes, bytes]], size: int) -> Iterator[Pairs]:
    """Return records in pieces of this size."""
    piece: Pairs = []
    for pair in of:
        piece.append(pair)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece
