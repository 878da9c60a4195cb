"""Tokens of the issuer of an embedded stack, for the tests that call its apis."""

from __future__ import annotations

from deploy.local.config import StackConfig
from deploy.local.issuer import by_hand
from shared.identity.caller import Role


def token(config: StackConfig, *roles: str, office: str = "/nation") -> str:
    """Return the token of somebody in an office, with all roles if none is named; good for an hour."""
    return by_hand.token(config, by_hand.claims_of(roles=roles or list(Role), office=office, demo_name=None), minutes=60)


def bearer(config: StackConfig, *roles: str, office: str = "/nation") -> dict[str, str]:
    """Return the header of a request that carries such a token."""
    return {"authorization": f"Bearer {token(config, *roles, office=office)}"}


def as_auditor(config: StackConfig) -> dict[str, str]:
    """Return the environment in which the auditors' commands are the nation's auditor's."""
    return {"REPORTING_TOKEN": token(config, Role.AUDITOR)}
