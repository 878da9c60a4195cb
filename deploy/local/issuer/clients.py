"""Who may ask the issuer for tokens: the senders and officers of a demo, each for itself, and the services that people sign in to.

Each client proves who it is with a key of its own (``private_key_jwt``). The private half is a file that the client alone reads; the issuer
reads the public half.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from authlib.oauth2.rfc6749 import ClientMixin
from joserfc.jwk import OKPKey

from deploy.local.issuer.keys import new_jwk
from deploy.local.private_files import write_private
from shared.contracts.services import CASE
from shared.geography.divisions import NATION, divisions

OFFICERS = "demo-officers"
"""The client of all officers of a demo, who work through the lists of the nation."""
_SCOPE = "openid"


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A client. ``office`` and ``roles``: of the tokens that it gets for itself; ``redirect_uris``: to which people come back who sign in to it.

    ``goes_on``: whether it asks other services for them, and so gets refresh tokens.
    """

    client_id: str
    office: str = ""
    roles: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    goes_on: bool = False

    def get_client_id(self) -> str:
        """Return its id."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Return none: a client names the address to come back to."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return those of the asked scopes that there are."""
        return _SCOPE if _SCOPE in (scope or "").split() else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return whether people may be sent there, by the whole address."""
        return redirect_uri in self.redirect_uris

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Return whether the client may prove itself so."""
        return (method, endpoint) == ("private_key_jwt", "token")

    def check_response_type(self, response_type: str) -> bool:
        """Return whether people sign in to it, and so."""
        return bool(self.redirect_uris) and response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether it may ask so: a client acts for itself, or for people."""
        if not self.redirect_uris:
            return grant_type == "client_credentials"
        return grant_type == "authorization_code" or (self.goes_on and grant_type == "refresh_token")


def clients(redirect_uris: Mapping[str, str]) -> dict[str, Client]:
    """Return all clients by id. ``redirect_uris``: by the service that people sign in to, where they come back."""
    provinces = sorted(f"/provinces/{code[:2]}" for code, area in divisions().trees[0].items() if area.parent == NATION)
    senders = [Client(sender_client(office), office, ("sender",)) for office in provinces]
    # Officers of all counties in one: a demo has no time for the keys of 2,852.
    officers = Client(OFFICERS, "/nation", ("officer", "superior"))
    pages = [Client(service, redirect_uris=(uri,), goes_on=service == CASE.name) for service, uri in redirect_uris.items()]
    return {client.client_id: client for client in (*senders, officers, *pages)}


def sender_client(office: str) -> str:
    """Return the client of a sender: `/provinces/51` is `province-51`."""
    return f"province-{office.rpartition('/')[2]}"


def private_file(folder: Path, client_id: str) -> Path:
    """Return the file of a client's private key, below the folder of the issuer."""
    return folder / "clients" / f"{client_id}.json"


def public_key(folder: Path, client_id: str) -> OKPKey:
    """Return the public key of a client. Raises ``OSError`` where there is none."""
    return OKPKey.import_key(json.loads(_public_file(folder, client_id).read_text("utf-8")))


def ensure_keys(folder: Path, known: Mapping[str, Client]) -> None:
    """Make the key of each client that has none."""
    (folder / "clients").mkdir(exist_ok=True)
    for client_id in known:
        private, public = private_file(folder, client_id), _public_file(folder, client_id)
        if not private.exists():
            write_private(private, json.dumps(new_jwk()))
            public.unlink(missing_ok=True)
        private.chmod(0o600)
        if not public.exists():
            write_private(public, json.dumps(OKPKey.import_key(json.loads(private.read_text("utf-8"))).as_dict(private=False)))


def _public_file(folder: Path, client_id: str) -> Path:
    return folder / "clients" / f"{client_id}.public.json"
