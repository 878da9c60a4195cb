"""A service that hears enrolment's facts, as its partitions see it, in memory: what its policies ask, and what its worker makes of it.

It reads the record of ``two_writers.Enrolment``, and those of the services ``beside`` it; its own facts are a record beside these.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.contracts.services import ENROLMENT
from shared.deciding.decider import Decider
from shared.deciding.policy_follower import Policies, published_commands
from shared.deciding.states.outcomes import Outcome
from shared.events.codec import read_event, read_fact
from shared.log.partitioner import partition_of
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment


@dataclass
class Part:
    """One partition: inputs, states and own facts, and how far the policies came in each record, by source."""

    inputs: list[tuple[bytes, bytes]] = field(default_factory=list)
    states: dict[bytes, bytes] = field(default_factory=dict)
    record: list[bytes] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    heard: dict[str, int] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)


class HearingService:
    """All partitions of a service."""

    def __init__(self, enrolment: Enrolment, decider: Decider, policies: Policies) -> None:
        self.partitions = [Part() for _ in range(PARTITIONS)]
        self._enrolment, self._decider, self._policies = enrolment, decider, policies
        self._readers = {source: msgspec.json.Decoder(reads).decode for source, reads in policies.hears.items()}
        self._positions = {source: n * 1_000_000 for n, source in enumerate(policies.hears)}
        self.beside: dict[str, HearingService] = {}
        """Services whose facts it hears, by source. Of those that are not here nothing is heard."""

    def ask(self, subject: str, value: bytes) -> int:
        """Put a command of an office into the inputs; return its offset."""
        part = self.partitions[partition_of(subject.encode(), PARTITIONS)]
        part.inputs.append((subject.encode(), value))
        return len(part.inputs) - 1

    def hear(self, place: int, source: str) -> bool:
        """Let the policies of a partition answer the next fact of a source; return whether there was one."""
        part, record = self.partitions[place], self._record(place, source)
        at = part.heard.get(source, 0)
        if at == len(record):
            return False
        part.heard[source] = at + 1
        if self._is_heard(source, record[at]) and (fact := self._readers[source](record[at])).sequence > part.last.get(source, ""):
            part.last[source] = fact.sequence
            self._publish(place, fact, source, at)
        return True

    def hear_again(self, place: int, begin: int) -> None:
        """Let the policies of a partition, which lost their cursor, publish again what they published from an offset of each record on."""
        for source, read in self._readers.items():
            record, heard = self._record(place, source), self.partitions[place].heard.get(source, 0)
            for at in range(min(begin, heard), heard):
                if self._is_heard(source, record[at]):
                    self._publish(place, read(record[at]), source, at)

    def decide(self, place: int) -> bool:
        """Let the worker of a partition decide its next input; return whether there was one."""
        part = self.partitions[place]
        if (offset := len(part.outcomes)) == len(part.inputs):
            return False
        key, value = part.inputs[offset]
        judged = self._decider.judge(key, value, part.states.get(key), partition=place, offset=offset)
        if judged.fact is not None:
            part.record.append(judged.fact)
        if judged.state is not None:
            part.states[key] = judged.state
        part.outcomes.append(judged.outcome)
        return True

    def step(self) -> bool:
        """Let every partition do one thing; return whether there was one to do."""
        done = [self.decide(place) or any(self.hear(place, source) for source in self._readers) for place in range(PARTITIONS)]
        return any(done)

    def settle(self) -> None:
        """Let enrolment and this service go on until nothing is left to do."""
        self._enrolment.settle()
        while self.step():
            pass

    def state(self, child: str) -> bytes | None:
        """Return the state of an id."""
        return self.partitions[partition_of(child.encode(), PARTITIONS)].states.get(child.encode())

    def rebuilt(self, place: int) -> dict[bytes, bytes]:
        """Return the states of a partition as its facts give them."""
        states: dict[bytes, bytes] = {}
        for value in self.partitions[place].record:
            event = read_event(value)
            key = event.subject.encode()
            states[key] = self._decider.evolved(event, states.get(key))
        return states

    def words(self, child: str) -> list[str]:
        """Return the words of the types of an id's facts."""
        told = [read_event(value) for value in self.partitions[partition_of(child.encode(), PARTITIONS)].record]
        return [event.type.split(".")[3] for event in told if event.subject == child]

    def data(self) -> list[Any]:
        """Return the data of all facts."""
        return [read_fact(value)[1] for part in self.partitions for value in part.record]

    def _is_heard(self, source: str, value: bytes) -> bool:
        return any(mark in value for mark in self._policies.marks.get(source, (b"",)))

    def _record(self, place: int, source: str) -> list[bytes]:
        if source == self._decider.source:
            return self.partitions[place].record
        if source == ENROLMENT.source:
            return self._enrolment.partitions[place].record
        return self.beside[source].partitions[place].record if source in self.beside else []

    def _publish(self, place: int, fact: Any, source: str, offset: int) -> None:
        # The records are one in a deployment: an offset names a fact of any, and the ids of commands are told apart by it.
        for key, value in published_commands(self._policies, fact, partition=place, offset=self._positions[source] + offset):
            self.partitions[partition_of(key, PARTITIONS)].inputs.append((key, value))
