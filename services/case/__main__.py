"""``python -m services.case api|worker``."""

from services.case import wiring
from services.case.settings import Settings
from shared.process import run_process

run_process(Settings, api=wiring.api, worker=wiring.worker)
