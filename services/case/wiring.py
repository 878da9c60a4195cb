"""Joins case's parts with the real Kafka and Redis."""

from functools import partial
from typing import TYPE_CHECKING, NoReturn

from services.case.days import DAYS
from services.case.decider import CaseDecider
from services.case.domain.packed import FORMAT
from services.case.policies import CasePolicies
from services.case.settings import Settings
from shared.commands.record_clock import Today, clock_of_api, clock_of_days
from shared.contracts.services import CASE
from shared.deciding.day_clock import DayClock
from shared.deciding.service import DecidingService
from shared.deciding.states.listing import Listing
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import connect_to

if TYPE_CHECKING:
    from fastapi import FastAPI

SERVICE = DecidingService(CASE, CaseDecider(), FORMAT, CasePolicies())


def api(settings: Settings) -> "FastAPI":
    """Return case's api."""
    # Here, because a worker does without all that an api stands on.
    from services.case.api import create_app
    from services.case.desk.neighbours import Neighbour, Neighbours
    from shared.http.sessions.wiring import callers_of

    redis = connect_to(settings)
    generation = SERVICE.shown(settings, redis)
    callers = callers_of(settings, redis, CASE.name, keeps_tokens=True)
    urls = {
        Neighbour.ENROLMENT: settings.enrolment_url,
        Neighbour.RELIEF: settings.relief_url,
        Neighbour.REPORTING: settings.reporting_url,
    }
    return create_app(
        limits=settings,
        log=KafkaLog(settings.kafka, client_id=CASE.api),
        redis=redis,
        store=SERVICE.store(settings, redis, generation),
        now=clock_of_api(settings.today, redis, CASE.name, generation=generation, partitions=settings.partitions),
        partitions=settings.partitions,
        identity=callers.identity,
        signing_in=callers.signing_in,
        neighbours=Neighbours(callers.tokens, urls),
        generation=generation,
        story_key=settings.story_key,
    )


def worker(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    SERVICE.run_worker(settings, passing=partial(day_clock, settings))


def day_clock(settings: Settings, generation: str) -> DayClock:
    """Return what lets days pass in a worker that fills this generation."""
    redis, log = connect_to(settings), KafkaLog(settings.kafka, client_id=f"{CASE.name}-days")
    now = clock_of_days(settings.today, redis, CASE.name, generation=generation, partitions=settings.partitions)
    listing = Listing(redis, CASE.name, generation=generation, partitions=settings.partitions)
    return DayClock(
        DAYS,
        SERVICE.store(settings, redis, generation),
        listing,
        log,
        now,
        by_calendar=settings.today is Today.CALENDAR,
        in_story=bool(settings.story_key),
        partitions=settings.partitions,
    )
