"""Enrolment's worker: takes submissions in order and writes the facts they come to."""

from typing import NoReturn

from services.enrolment.judging import SERVICE
from services.enrolment.settings import Settings
from services.enrolment.wiring import follower
from shared.faust_edge import run_worker


def run(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    run_worker(
        name=f"{SERVICE}-{settings.generation}",
        bootstrap=settings.kafka_bootstrap,
        follower=follower(settings),
        batch_size=settings.batch_size,
        session_timeout=settings.session_timeout,
    )
