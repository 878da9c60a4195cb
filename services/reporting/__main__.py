"""``python -m services.reporting api|worker``."""

from services.reporting import wiring
from services.reporting.settings import Settings
from shared.process import run_process

run_process(Settings, api=wiring.api, worker=wiring.worker)
