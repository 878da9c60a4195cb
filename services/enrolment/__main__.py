"""``python -m services.enrolment api|worker``."""

from services.enrolment import wiring
from services.enrolment.settings import Settings
from shared.process import run_process

run_process(Settings, api=wiring.api, worker=wiring.worker)
