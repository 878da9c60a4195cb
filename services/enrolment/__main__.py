"""``python -m services.enrolment api|worker``."""

from services.enrolment import stream, wiring
from services.enrolment.settings import Settings
from shared.process import run_process

run_process(Settings, api=wiring.api, worker=stream.run)
