"""Tokens for people at a terminal: whoever can read the key of the stack is its owner, and may be any office."""

from __future__ import annotations

from collections.abc import Sequence

from deploy.local.config import StackConfig
from deploy.local.issuer.keys import Keyring, key_file
from deploy.local.issuer.offices import DEMO_OFFICES, demo_office
from deploy.local.issuer.tokens import Claims, access_token, now
from shared.identity.caller import Role
from shared.identity.offices import FORMS, is_office

CLIENT = "baoxue"
"""The client of tokens that the command line made."""


class NoSuchToken(Exception):
    """A token that cannot be made. The message says what was wrong, and what would be right."""


def claims_of(*, roles: Sequence[str], office: str | None, demo_name: str | None) -> Claims:
    """Return who a token is for: an office with its roles, or one of the demo's by its name. Raises ``NoSuchToken``."""
    if demo_name is not None:
        if roles or office is not None:
            raise NoSuchToken("--as names an office with its roles: leave out --role and --office.")
        if (found := demo_office(demo_name)) is None:
            raise NoSuchToken(f"--as {demo_name}: no such office of the demo; there are {', '.join(each.name for each in DEMO_OFFICES)}.")
        return Claims(found.name, CLIENT, found.office, found.roles)
    if not roles or office is None:
        raise NoSuchToken("Say who asks: --role and --office, or --as with an office of the demo.")
    if unknown := [role for role in roles if role not in set(Role)]:
        raise NoSuchToken(f"--role {unknown[0]}: no such role; there are {', '.join(Role)}.")
    if not is_office(office):
        raise NoSuchToken(f"--office {office}: no such office. It is {FORMS}, in the tables of divisions.")
    return Claims(f"{CLIENT}{office}", CLIENT, office, tuple(dict.fromkeys(roles)))


def token(config: StackConfig, claims: Claims, *, minutes: int) -> str:
    """Return a token of a stack's issuer. Raises ``NoSuchToken`` where the stack has no key yet."""
    try:
        signer = Keyring(key_file(config.issuer_folder)).signer(now())
    except OSError as error:
        raise NoSuchToken(f"{key_file(config.issuer_folder)} cannot be read: `make up` makes it.") from error
    return access_token(signer, config.issuer_url, claims, seconds=60 * minutes)
