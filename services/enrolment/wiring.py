"""Joins enrolment's parts with the real Kafka and Redis."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from services.enrolment.decider import EnrolmentDecider
from services.enrolment.domain.packed import FORMAT
from services.enrolment.policies import EnrolmentPolicies
from services.enrolment.settings import Settings
from shared.brokers import one_line
from shared.contracts.services import ENROLMENT
from shared.deciding.service import DecidingService
from shared.geography.divisions import divisions
from shared.log.kafka_log import KafkaLog
from shared.redis.edge import connect_to

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.enrolment.directory.directory import Directory

SERVICE = DecidingService(ENROLMENT, EnrolmentDecider(), FORMAT, EnrolmentPolicies())


def api(settings: Settings) -> "FastAPI":
    """Return enrolment's api."""
    # Here, because a worker does without all that an api stands on.
    from services.enrolment.api import create_app
    from shared.http.bearer import BearerTokens

    redis = connect_to(settings)
    generation = SERVICE.shown(settings, redis)
    return create_app(
        limits=settings,
        log=KafkaLog(settings.kafka, client_id=ENROLMENT.api),
        redis=redis,
        divisions=divisions(),
        store=SERVICE.store(settings, redis, generation),
        partitions=settings.partitions,
        identity=BearerTokens.of(settings),
        generation=generation,
        story_key=settings.story_key,
        directory=directory_of(settings),
        student_keys=settings.student_keys_file,
    )


def directory_of(settings: Settings) -> "Directory":
    """Return the directory of children, which connects when it is first used."""
    from services.enrolment.directory.database import Database, url_of
    from services.enrolment.directory.directory import Directory
    from services.enrolment.directory.keystore import Keystore
    from services.enrolment.directory.master_keys import FileMasterKeys

    children = Database(url_of(settings.directory_url, _password(settings.directory_password_file)))
    keys = Database(url_of(settings.keystore_url, _password(settings.keystore_password_file)))
    return Directory(children, Keystore(keys, FileMasterKeys(settings.master_keys_file)))


def _password(file: Path | None) -> str | None:
    return None if file is None else one_line(file)


def worker(settings: Settings) -> NoReturn:
    """Run the worker until it is told to stop."""
    SERVICE.run_worker(settings)
