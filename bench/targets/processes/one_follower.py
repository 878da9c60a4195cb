"""``python -m bench.targets.processes.one_follower SERVICE decides|hears``: one of the two followers of a deciding worker, alone in a worker."""

import sys
from importlib import import_module
from typing import Any

from shared.deciding.service import DecidingService
from shared.logging import log_as_json
from shared.rebuilding.generations import FIRST_GENERATION
from shared.settings import read_settings
from shared.worker.admin_server import AdminServer
from shared.worker.faust_edge.runner import run_worker

WHICH = {"decides": 0, "hears": 1}


def main(name: str, which: str) -> None:
    """Run it until it is told to stop."""
    log_as_json(name, which)
    service: DecidingService = import_module(f"services.{name}.wiring").SERVICE
    settings: Any = read_settings(import_module(f"services.{name}.settings").Settings)
    admin = AdminServer.of(name, settings)
    run_worker(
        name=f"{name}-{FIRST_GENERATION}",
        brokers=settings.kafka,
        followers=[service.followers(settings, admin.meters)[WHICH[which]]],
        batch_size=settings.batch_size,
        session_timeout=settings.session_timeout,
        admin=admin,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
