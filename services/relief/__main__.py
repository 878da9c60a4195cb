"""``python -m services.relief api|worker``."""

from services.relief import wiring
from services.relief.settings import Settings
from shared.process import run_process

run_process(Settings, api=wiring.api, worker=wiring.worker)
