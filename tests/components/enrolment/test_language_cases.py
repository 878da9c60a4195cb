"""Bodies that went wrong in systems like this one, from the line to the child's state: each a case of a kind."""

from pathlib import Path
from typing import Any

import msgspec

from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import unpack
from services.enrolment.domain.state import Student
from services.enrolment.intake.line_checker import Accepted
from shared.deciding.decider import Judged
from shared.deciding.states.outcomes import Outcome
from tests.components.enrolment.lines import ANY_SOURCE, BOUNDS, INTAKE, line

CASES = Path(__file__).parent / "cases"


class Told:
    """What became of a body's lines, one after the other, and of the child that they tell of."""

    def __init__(self, case: str) -> None:
        decider, state = EnrolmentDecider(), None
        self.judged: list[Judged] = []
        for offset, sent in enumerate((CASES / case / "body.ndjson").read_bytes().splitlines()):
            accepted = INTAKE.check(sent, BOUNDS, ANY_SOURCE)
            assert isinstance(accepted, Accepted)
            judged = decider.judge(accepted.key, accepted.value, state, partition=0, offset=offset)
            state = judged.state if judged.state is not None else state
            self.judged.append(judged)
        self.state, self.lists = state, decider.listed(state)

    @property
    def child(self) -> Student:
        return unpack(self.state)

    @property
    def outcomes(self) -> list[Outcome]:
        return [judged.outcome for judged in self.judged]

    def fact(self, n: int) -> dict[str, Any]:
        fact: dict[str, Any] = msgspec.json.decode(self.judged[n].fact or b"{}")["data"]
        return fact


def test_a_dropout_counts_though_a_later_change_of_the_household_is_known() -> None:
    told = Told("02-late-dropout")
    assert told.outcomes == [Outcome.ACCEPTED] * 3
    assert (told.child.status, told.child.reason, told.child.poor) == ("dropped_out", "work", True)


def test_three_changes_of_one_day_are_three_happenings() -> None:
    told = Told("03-same-day-toggle")
    assert told.outcomes == [Outcome.ACCEPTED] * 4
    assert told.child.poor


def test_a_departure_told_after_the_arrival_is_the_other_half_and_changes_no_standing() -> None:
    told = Told("04-departed-after-arrived")
    assert told.outcomes == [Outcome.ACCEPTED] * 3
    assert (told.child.status, told.child.county) == ("enrolled", "510104")
    assert told.fact(1)["unmatched"]
    assert told.fact(2)["before"] == told.fact(2)["after"] == told.fact(1)["after"]
    assert told.fact(2)["completes"] == {"from_county": "513431", "to_county": "510104"}
    assert not told.lists


def test_what_a_sender_put_into_tracestate_and_dataschema_does_not_go_into_the_record() -> None:
    trace = f"00-{'1' * 32}-{'2' * 16}-01"
    sent = line("registered", tracestate="k=v", dataschema="https://example.org/k", traceparent=trace)
    accepted = INTAKE.check(sent, BOUNDS, ANY_SOURCE)
    assert isinstance(accepted, Accepted)
    fact = EnrolmentDecider().judge(accepted.key, accepted.value, None, partition=0, offset=1).fact or b""
    assert trace.encode() in fact
    assert b"tracestate" not in fact
    assert b"dataschema" not in fact
