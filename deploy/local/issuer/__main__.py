"""``python -m deploy.local.issuer [--host ADDRESS]``: the issuer of the stack that the environment names."""

from __future__ import annotations

import sys

from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.issuer import setup
from deploy.local.issuer.app import NotLoopback, check_loopback, create_issuer, serve
from shared.logging import log_as_json
from shared.process import EXIT_USAGE
from shared.settings import EXIT_SETTINGS


def main(arguments: list[str]) -> int:
    """Serve, and return the exit code."""
    match arguments:
        case []:
            host = LOOPBACK
        case ["--host", host]:
            pass
        case _:
            sys.stderr.write("python -m deploy.local.issuer [--host ADDRESS]\n")
            return EXIT_USAGE
    try:
        check_loopback(host)
    except NotLoopback as why:
        sys.stderr.write(f"{why}\n")
        return EXIT_SETTINGS
    log_as_json("issuer", "api")
    config = StackConfig.from_environment()
    app = create_issuer(config.issuer_folder, issuer=config.issuer_url, redirect_uris=setup.redirect_uris(config))
    serve(app, host=host, port=config.issuer_port)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
