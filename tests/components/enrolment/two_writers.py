"""Enrolment as its partitions see it, in memory: each has inputs, a worker, its part of the record, and policies; nothing has a clock.

Any of them may go on, stop, begin anew or say again what it said, in any order: what a real deployment may do, and a broker need not be killed for.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import unpack
from services.enrolment.domain.state import Student
from services.enrolment.policies import EnrolmentPolicies, Step
from shared.contracts.same_as import MERGE_FACTS
from shared.contracts.student import Standing, StudentSameAs
from shared.deciding.policy_follower import published_commands
from shared.events.codec import read_event, read_fact
from shared.events.envelope import Event
from shared.log.partitioner import partition_of
from tests.components.shared.partition import Partition

PARTITIONS = 3
DECIDER, POLICIES = EnrolmentDecider(), EnrolmentPolicies()
SICHUAN, BEIJING = "/provinces/51", "/provinces/11"
_read_step = msgspec.json.Decoder(Event[Step]).decode


def id_in(partition: int, n: int = 0) -> str:
    """Return the n-th of the invented ids that sit in a partition."""
    found = (f"{number:032x}" for number in range(10_000) if partition_of(f"{number:032x}".encode(), PARTITIONS) == partition)
    return [next(found) for _ in range(n + 1)][n]


@dataclass
class HeardPartition(Partition):
    """A partition whose policies remember the last sequence that they heard."""

    last: str = ""


class Enrolment:
    """All partitions."""

    def __init__(self) -> None:
        self.partitions = [HeardPartition() for _ in range(PARTITIONS)]

    def send(self, child: str, type_: str, time: str, data: Mapping[str, Any], *, id_: str, source: str = SICHUAN) -> tuple[int, int]:
        """Put a report into the inputs of its child's partition; return where."""
        event = {
            "specversion": "1.0", "id": id_, "source": source, "type": f"cn.baoxue.reported.{type_}.v1", "subject": child, "time": time,
            "recordedtime": "2021-01-01T00:00:00Z", "partitionkey": child, "data": data,
        }  # fmt: skip
        place = partition_of(child.encode(), PARTITIONS)
        self.partitions[place].inputs.append((child.encode(), json.dumps(event).encode()))
        return place, len(self.partitions[place].inputs) - 1

    def decide(self, place: int) -> bool:
        """Let the worker of a partition decide its next input; return whether there was one."""
        return self.partitions[place].decide(DECIDER, place)

    def hear(self, place: int) -> bool:
        """Let the policies of a partition answer its next fact; return whether there was one."""
        part = self.partitions[place]
        if part.heard == len(part.record):
            return False
        fact = _read_step(part.record[part.heard])
        if fact.sequence > part.last:
            part.last = fact.sequence
            self._publish(place, fact, part.heard)
        part.heard += 1
        return True

    def hear_again(self, place: int, begin: int) -> None:
        """Let the policies of a partition, which lost their cursor, publish once more what they published for facts from an offset on."""
        part = self.partitions[place]
        for offset in range(min(begin, part.heard), part.heard):
            self._publish(place, _read_step(part.record[offset]), offset)

    def repeat_facts(self, place: int, number: int) -> None:
        """Let the record of a partition repeat its last facts, as a worker does that died before it applied them."""
        record = self.partitions[place].record
        record += record[max(0, len(record) - number) :]

    def settle(self) -> None:
        """Let all go on until nothing is left to do."""
        while any(self.decide(place) or self.hear(place) for place in range(PARTITIONS)):
            pass

    def child(self, child: str) -> Student:
        """Return what the worker knows of an id."""
        return unpack(self.partitions[partition_of(child.encode(), PARTITIONS)].states.get(child.encode()))

    def rebuilt(self, place: int) -> dict[bytes, bytes]:
        """Return the states of a partition as its record gives them."""
        states: dict[bytes, bytes] = {}
        for value in self.facts(place):
            event = read_event(value)
            states[event.subject.encode()] = DECIDER.evolved(event, states.get(event.subject.encode()))
        return states

    def facts(self, place: int) -> Iterator[bytes]:
        """Yield the facts of a partition as a reader takes them: what it has seen already is passed over."""
        last = ""
        for value in self.partitions[place].record:
            if (sequence := read_event(value).sequence) > last:
                last = sequence
                yield value

    def counted(self) -> dict[str, int]:
        """Return how often each id counts by the record: add 1 for every standing that a fact left, take 1 for every one that it found."""
        found: dict[str, int] = {}
        for place in range(PARTITIONS):
            for value in self.facts(place):
                event, data = read_fact(value)
                found[event.subject] = found.get(event.subject, 0) + (data.after is not None) - (data.before is not None)
        return found

    def standings(self) -> dict[str, Standing | None]:
        """Return the standing that the newest fact of each id left. Each fact must have found what the one before it left."""
        now: dict[str, Standing | None] = {}
        for place in range(PARTITIONS):
            for value in self.facts(place):
                event, data = read_fact(value)
                assert data.before == now.get(event.subject), f"{event.type} did not find what was left"
                now[event.subject] = data.after
        return now

    def steps(self, child: str) -> list[str]:
        """Return the words of the steps of merges of an id."""
        place, types = partition_of(child.encode(), PARTITIONS), {StudentSameAs.TYPE, *(fact.TYPE for fact in MERGE_FACTS)}
        told = [read_event(value) for value in self.facts(place)]
        return [event.type.split(".")[3] for event in told if event.subject == child and event.type in types]

    def _publish(self, place: int, fact: Event[Step], offset: int) -> None:
        for key, value in published_commands(POLICIES, fact, partition=place, offset=offset):
            self.partitions[partition_of(key, PARTITIONS)].inputs.append((key, value))
