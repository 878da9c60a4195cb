"""Case's worker is killed again and again while a day begins that many files fall due by, and Redis once: each is told of once, and the counts agree.

By the last of these days the term of many suspicions has passed as well: each opens one file, and one that was settled in time opens none.

The reports go straight into the topic of submissions; days pass by the newest time that the record holds.
"""

import asyncio
import json
from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

from typer.testing import CliRunner

from deploy.local.processes import REDIS, ServiceProcess
from services.reporting import cli
from shared.contracts.case import CaseOpened
from shared.contracts.case_codes import Urgency
from shared.contracts.case_days import CaseBecameDueSoon, CaseBecameOverdue, CaseEscalated, DayBegan
from shared.contracts.suspicions import SuspicionOutstayed, suspicion_of
from shared.events.codec import read_fact
from shared.log import topics
from shared.log.clock_keys import clock_key
from shared.log.kafka_log import KafkaLog
from tests.components.enrolment.two_writers import PARTITIONS, Enrolment
from tests.live.at_rest import PATIENCE, publish, until_at_rest
from tests.support.stack import NewStack, by_operator, told_of
from tests.support.stack_tokens import as_auditor

SERVICES = (
    ServiceProcess("enrolment", "worker"),
    ServiceProcess("case", "worker", tells_day=True),
    ServiceProcess("reporting", "worker"),
    ServiceProcess("reporting", "api"),
)
WORKER = SERVICES[1]
CHILDREN = 3_000
HERE = "/counties/513431"
OPENED, LAST = date(2020, 3, 2), date(2020, 3, 12)
DUE, SOON, LATE = date(2020, 3, 9), date(2020, 3, 5), date(2020, 3, 10)
KILLS = ((WORKER.name, 0.3), (WORKER.name, 0.6), (REDIS, 0.4), (WORKER.name, 0.2), (WORKER.name, 0.5))
"""What is killed, and how many seconds after all was at work again."""
SUM = 2654435761
SUSPECTS = range(CHILDREN + 1, CHILDREN + 1_001)
SUSPECTED = date(2020, 2, 10)
"""Their term of 30 days has passed when the last day begins."""
SETTLED = frozenset(SUSPECTS[::4])


def news(enrolment: Enrolment, n: int, on: date, what: str, **data: object) -> None:
    child = f"{n * SUM:032x}"
    enrolment.send(child, what, f"{on}T08:00:00+08:00", data, id_=f"{what}-{n}", source=HERE)


async def test_a_day_that_begins_is_exact_however_often_the_worker_is_killed(new_stack: NewStack) -> None:
    stack = await asyncio.to_thread(new_stack, services=SERVICES, partitions=PARTITIONS, today="record")
    log, enrolment = KafkaLog(by_operator(stack.config), client_id="test"), Enrolment()
    for n in SUSPECTS:
        news(enrolment, n, SUSPECTED, "enrolled", county="513431", school="5134310001", stage="junior", grade=8, poor=False)
        news(enrolment, n, SUSPECTED, "suspected", found_by="comparison")
    for n in SETTLED:
        news(enrolment, n, OPENED, "cleared", outcome="enrolled_without_record")
    for n in range(CHILDREN):
        news(enrolment, n, OPENED, "never-enrolled", county="513431", poor=False, reason="distance")
    try:
        for place, partition in enumerate(enrolment.partitions):
            await log.append(topics.SUBMISSIONS, {place: partition.inputs})
            partition.inputs.clear()
        await until_at_rest(stack, log, ["enrolment", "case"])
        end = asyncio.get_running_loop().time() + PATIENCE
        while not all((await told(log)).days):
            assert asyncio.get_running_loop().time() < end, "the first day did not begin everywhere"
            await asyncio.sleep(0.3)
        # One more child, much later: ten days have begun, and all others fall due by two of them; the last one ends the term of the suspicions.
        news(enrolment, CHILDREN, LAST, "never-enrolled", county="513431", poor=False, reason="distance")
        await publish(log, enrolment)
        for victim, pause in KILLS:
            # No condition is waited for: any moment is as good as another, and that is the point.
            await asyncio.sleep(pause)
            pid = await asyncio.to_thread(stack.kill, victim)
            await asyncio.to_thread(stack.wait_alive, victim, other_than=pid)
            await asyncio.to_thread(stack.wait_ready, WORKER.name, timeout=120)
        end = asyncio.get_running_loop().time() + PATIENCE
        while not all(days and days[-1] == LAST for days in (await told(log)).days):
            assert asyncio.get_running_loop().time() < end, "the last day did not begin everywhere"
            await asyncio.sleep(0.3)
        await until_at_rest(stack, log, ["enrolment", "case"])
        found = await told(log)
    finally:
        await log.stop()
    whole = [SUSPECTED + timedelta(n) for n in range((LAST - SUSPECTED).days + 1)]
    for place, began in enumerate(found.days):
        # The clock of a partition begins with the first day on which it looked.
        assert began == whole[whole.index(began[0]) :], f"partition {place}: each day once, in order"
    assert Counter(found.facts) == {
        (f"{n * SUM:032x}", kind, on): 1 for n in range(CHILDREN) for kind, on in ((CaseBecameDueSoon, SOON), (CaseBecameOverdue, LATE))
    }
    outstayed = [f"{n * SUM:032x}" for n in SUSPECTS if n not in SETTLED]
    assert Counter(found.outstayed) == {(suspicion_of(child), LAST): 1 for child in outstayed}
    reported = [*((f"{n * SUM:032x}", OPENED) for n in range(CHILDREN)), (f"{CHILDREN * SUM:032x}", LAST)]
    assert Counter(found.opened) == dict.fromkeys([*reported, *((child, LAST) for child in outstayed)], 1)
    run = CliRunner(env={"REPORTING_URL": stack.config.api_url("reporting"), **told_of(stack.config), **as_auditor(stack.config)})
    for _ in range(100):
        done = run.invoke(cli.app, ["verify", "--json"])
        verified = json.loads(done.stdout)
        if verified["verdict"] != "behind":
            break
    assert (verified["verdict"], verified["equal"], verified["differing"]) == ("equal", True, 0), done.output
    replayed = json.loads(run.invoke(cli.app, ["replay", "--json"]).stdout)
    assert replayed["cases"]["told"][Urgency.OVERDUE]["open"] == CHILDREN
    assert sum(n for states in replayed["cases"]["told"].values() for n in states.values()) == CHILDREN


class Told(NamedTuple):
    """What case told, without what readers drop as a repeat.

    ``facts``: of whom what, due on which day; ``days``: by partition those that began; ``outstayed``: which suspicions, on which day;
    ``opened``: whose files, on which day.
    """

    facts: list[tuple[str, type, date]]
    days: list[list[date]]
    outstayed: list[tuple[str, date]]
    opened: list[tuple[str, date]]


async def told(log: KafkaLog) -> Told:
    """Return what case told."""
    ends = await log.end_offsets(topics.STUDENT_STATUS)
    found = Told([], [], [], [])
    for place in range(PARTITIONS):
        last, began = "", list[date]()
        async for piece in log.read(topics.STUDENT_STATUS, place, 0, ends[place]):
            for record in piece:
                event, data = read_fact(record.value or b"")
                if event.source != "/case" or event.sequence <= last:
                    continue
                last, on = event.sequence, event.time.date()
                if isinstance(data, DayBegan):
                    assert event.subject == clock_key(place, PARTITIONS)
                    began.append(data.day)
                elif isinstance(data, CaseOpened):
                    found.opened.append((event.subject, on))
                elif isinstance(data, CaseBecameDueSoon | CaseBecameOverdue | CaseEscalated | SuspicionOutstayed):
                    assert began, "it stands behind the first day"
                    assert on == began[-1] + timedelta(1), "it stands before the day that it fell due by"
                    if isinstance(data, SuspicionOutstayed):
                        found.outstayed.append((event.subject, on))
                    else:
                        found.facts.append((event.subject, type(data), on))
        found.days.append(began)
    return found
