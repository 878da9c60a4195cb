"""How every process of a service starts: its one argument names the part, api or worker; the rest comes from the environment."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

from shared.logging import log_as_json
from shared.settings import EXIT_SETTINGS, ServiceSettings, read_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

EXIT_USAGE = 64
"""The exit code of a process that was started with wrong arguments (EX_USAGE)."""

Settings = TypeVar("Settings", bound=ServiceSettings)


def run_process(kind: type[Settings], *, api: "Callable[[Settings], FastAPI]", worker: Callable[[Settings], NoReturn]) -> NoReturn:
    """Run the part of a service that the first argument names, until it is told to stop."""

    def serve_api(settings: Settings) -> None:
        if not settings.issuer:
            variable = f"{kind.model_config.get('env_prefix', '')}ISSUER"
            sys.stderr.write(
                f"{variable} is not set, and the api takes nobody's word for who is asking. Set it to the URL of the issuer of access tokens.\n"
            )
            raise SystemExit(EXIT_SETTINGS)
        # Here, because a worker does without it.
        from shared.http.server.serving import serve

        serve(api(settings), host=settings.host, port=settings.port, hosts=settings.hosts, limits=settings)

    parts: dict[str, Callable[[Settings], object]] = {"api": serve_api, "worker": worker}
    match sys.argv[1:]:
        case [part] if part in parts:
            log_as_json(_service(), part)
            parts[part](read_settings(kind))
            raise SystemExit(0)
        case _:
            sys.stderr.write(f"Say which part: python -m services.{_service()} api|worker\n")
            raise SystemExit(EXIT_USAGE)


def _service() -> str:
    """Return the service's name, from the package that was started: ``python -m services.<service>``."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec.parent.rpartition(".")[2] if spec else "<service>"
