"""What the issuer needs before it starts: its folder, its key, and the keys of its clients."""

from __future__ import annotations

from deploy.local.config import StackConfig
from deploy.local.issuer import clients, keys
from shared.contracts.services import CASE, REPORTING

SIGNED_IN = "/signed-in"
"""Where people come back to a service whose pages they sign in to."""
PAGES = (REPORTING, CASE)
"""The services that people sign in to."""


def redirect_uris(config: StackConfig) -> dict[str, str]:
    """Return, by service, where people come back who signed in."""
    return {spec.name: f"{config.api_url(spec.name)}{SIGNED_IN}" for spec in PAGES}


def prepare(config: StackConfig) -> None:
    """Make what is missing; what is there stays."""
    config.issuer_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys.ensure_key(config.issuer_folder)
    clients.ensure_keys(config.issuer_folder, clients.clients(redirect_uris(config)))
