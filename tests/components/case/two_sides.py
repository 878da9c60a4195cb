"""Case as its partitions see it, in memory, as ``two_writers.py`` has enrolment: each has inputs, a worker, its part of the record, and policies.

Any of them may go on, stop, begin anew or say again what it said, in any order. Enrolment's facts are put into the record.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.case.decider import CaseDecider
from services.case.domain.case import Case
from services.case.domain.packed import unpack
from services.case.domain.packed_school import unpack as unpack_school
from services.case.domain.school import School
from services.case.policies import CasePolicies
from shared.clock import CHINA
from shared.contracts.case_commands import CaseCommand
from shared.contracts.place_codes import Placing
from shared.contracts.places import PlaceFact, SchoolPlacesStated
from shared.contracts.registry import RECORD_LANGUAGE
from shared.contracts.sequence import sequence_of
from shared.contracts.services import ENROLMENT
from shared.deciding.policy_follower import published_commands
from shared.events.codec import encode, read_data, read_event
from shared.events.envelope import Event, EventData
from shared.log.partitioner import partition_of
from tests.components.shared.office_desk import source_of
from tests.components.shared.partition import Partition

PARTITIONS = 3
DECIDER, POLICIES = CaseDecider(), CasePolicies()
_READ = {source: msgspec.json.Decoder(reads).decode for source, reads in POLICIES.hears.items()}
_FIRST = datetime(2020, 3, 1, 8, tzinfo=CHINA)


class TwoSides:
    """All partitions: files on one side, schools on the other."""

    def __init__(self) -> None:
        self.partitions = [Partition() for _ in range(PARTITIONS)]
        self._told = 0

    def moment(self, n: int) -> datetime:
        """Return the n-th hour of the story."""
        return _FIRST + timedelta(hours=n)

    def ask(self, subject: str, command: CaseCommand) -> str:
        """Put what an office or a policy asks into the inputs; return the id of the command. What follows from a fact gets its number."""
        self._told += 1
        if getattr(command, "fact", None) == "":
            command = msgspec.structs.replace(command, fact=sequence_of(self._told, 0))
        self._put(subject, f"ask-{self._told}", source_of(command, "case"), command)
        return f"ask-{self._told}"

    def state_places(self, school: str, term: str, seats: int, beds: int, county: str) -> None:
        """Let enrolment record a statement."""
        self.record(school, SchoolPlacesStated(county=county, term=term, seats=seats, beds=beds))

    def record(self, subject: str, data: EventData) -> None:
        """Let enrolment record a fact."""
        self._told += 1
        place = partition_of(subject.encode(), PARTITIONS)
        self.partitions[place].record.append(encode(self._event(subject, f"stated-{self._told}", ENROLMENT.source, data, sequence_of(self._told, 0))))

    def decide(self, place: int) -> bool:
        """Let the worker of a partition decide its next input; return whether there was one."""
        return self.partitions[place].decide(DECIDER, place)

    def hear(self, place: int) -> bool:
        """Let the policies of a partition answer its next fact; return whether there was one."""
        part = self.partitions[place]
        if part.heard == len(part.record):
            return False
        value = part.record[part.heard]
        fact = _READ[read_event(value).source](value)
        asked = published_commands(POLICIES, fact, partition=place, offset=part.heard)
        marked = any(mark in value for mark in POLICIES.marks.get(fact.source, (b"",)))
        assert marked or not asked, f"{fact.type} is passed over, and something follows from it"
        for key, command in asked:
            self.partitions[partition_of(key, PARTITIONS)].inputs.append((key, command))
        part.heard += 1
        return True

    def say_again(self, place: int, since: int) -> None:
        """Set the policies of a partition back to an earlier fact: an older copy of their cursor."""
        self.partitions[place].heard = min(self.partitions[place].heard, since)

    def begin_anew(self, place: int) -> None:
        """Let the worker of a partition fold its states from the record, as one that lost them."""
        part = self.partitions[place]
        part.states = self.folded(place)

    def settle(self) -> None:
        """Let everybody go on until nothing is left to do."""
        while any([self.decide(place) for place in range(PARTITIONS)] + [self.hear(place) for place in range(PARTITIONS)]):
            pass

    def folded(self, place: int) -> dict[bytes, bytes]:
        """Return the states that the facts of a partition give."""
        states: dict[bytes, bytes] = {}
        for value in self.partitions[place].record:
            event = read_event(value)
            if event.source == DECIDER.source:
                key = event.subject.encode()
                states[key] = DECIDER.evolved(event, states.get(key))
        return states

    def file(self, student: str) -> Case:
        """Return the file of a child."""
        return unpack(self._state(student))

    def placing(self, student: str) -> Placing:
        """Return the places of a child whose file names a school."""
        standing = self.file(student).standing
        assert standing is not None
        assert standing.places is not None
        return standing.places

    def school(self, code: str) -> School:
        """Return what is known of a school."""
        return unpack_school(self._state(code))

    def facts_of(self, subject: str) -> list[tuple[Event[Any], Any]]:
        """Return what case recorded of a child or a school."""
        events = [read_event(value) for value in self.partitions[partition_of(subject.encode(), PARTITIONS)].record]
        return [
            (each, read_data(RECORD_LANGUAGE, each.type, each.data)) for each in events if (each.subject, each.source) == (subject, DECIDER.source)
        ]

    def place_facts(self, school: str) -> list[PlaceFact]:
        """Return the facts about the places of a school."""
        return [fact for _, fact in self.facts_of(school)]

    def records(self) -> Mapping[int, list[bytes]]:
        """Return the record, by partition."""
        return {place: list(part.record) for place, part in enumerate(self.partitions)}

    def _state(self, subject: str) -> bytes | None:
        return self.partitions[partition_of(subject.encode(), PARTITIONS)].states.get(subject.encode())

    def _put(self, subject: str, id_: str, source: str, data: EventData) -> None:
        value = encode(self._event(subject, id_, source, data, "-"))
        self.partitions[partition_of(subject.encode(), PARTITIONS)].inputs.append((subject.encode(), value))

    def _event(self, subject: str, id_: str, source: str, data: EventData, sequence: str) -> Event[Any]:
        at = self.moment(self._told)
        return Event(
            specversion="1.0", id=id_, source=source, type=data.TYPE, subject=subject, time=at, recordedtime=at, partitionkey=subject,
            sequence=sequence, causationid=id_, correlationid=id_, data=data,
        )  # fmt: skip
