"""What of a report's attributes goes on into the fact that follows from it."""

import json

from services.enrolment.decider import EnrolmentDecider
from services.enrolment.intake.line_checker import Accepted
from tests.components.enrolment.lines import ANY_SOURCE, BOUNDS, INTAKE, line

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_traceparent_goes_on_and_the_senders_tracestate_and_dataschema_do_not() -> None:
    taken = INTAKE.check(line("registered", traceparent=TRACEPARENT, tracestate="a=b", dataschema="urn:x", sequence="7"), BOUNDS, ANY_SOURCE)
    assert isinstance(taken, Accepted)
    fact = json.loads(EnrolmentDecider().judge(taken.key, taken.value, None, partition=0, offset=0).fact or b"")
    assert fact["traceparent"] == TRACEPARENT
    assert {"tracestate", "dataschema"}.isdisjoint(fact)
    assert fact["sequence"] != "7"
