"""Authlib's server, joined with this issuer's keys, clients and codes, and with Starlette's requests and responses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from authlib.oauth2 import AuthorizationServer as AuthlibServer
from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from starlette.responses import Response

from deploy.local.issuer.clients import Client
from deploy.local.issuer.grants import Assertions, ClientCredentials, CodeStore, OpenId, Pkce, Renewal, code_grant, refresh_grant
from deploy.local.issuer.keys import Keyring
from deploy.local.issuer.offices import DemoOffice, demo_office
from deploy.local.issuer.tokens import ACCESS_SECONDS, Claims, access_token, now, read_refresh_token, refresh_token

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class IssuerRequest(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """A request as Authlib takes it. ``asked``: its parameters, each once, from the query or from the form."""

    def __init__(self, method: str, uri: str, headers: Mapping[str, str], asked: dict[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(asked)
        self._asked = asked

    @property
    def args(self) -> dict[str, str]:
        """Return the parameters."""
        return self._asked

    @property
    def form(self) -> dict[str, str]:
        """Return the parameters."""
        return self._asked


class IssuerServer(AuthlibServer):  # type: ignore[misc]  # Authlib has no types
    """The server: which client there is, and what a token is."""

    def __init__(self, issuer: str, keyring: Keyring, clients: Mapping[str, Client], assertions: Assertions) -> None:
        super().__init__()
        self._issuer, self._keyring, self._clients = issuer, keyring, clients
        self.register_client_auth_method("private_key_jwt", assertions)
        self.register_grant(code_grant(CodeStore()), [Pkce(required=True), OpenId(issuer, lambda: keyring.signer(now()))])
        self.register_grant(refresh_grant(self._renewal))
        self.register_grant(ClientCredentials)
        self.register_token_generator("default", self._token)

    def query_client(self, client_id: str) -> Client | None:
        """Return a client."""
        return self._clients.get(client_id)

    def save_token(self, token: object, request: object) -> None:
        """Do nothing: a token carries everything itself."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Do nothing: nobody listens."""

    def create_oauth2_request(self, request: IssuerRequest) -> IssuerRequest:
        """Return the request, which is made already."""
        return request

    def handle_response(self, status: int, body: object, headers: Iterable[tuple[str, str]]) -> Response:
        """Return a response of Starlette."""
        content = body if isinstance(body, str) else json.dumps(body)
        return Response(content, status, {**dict(headers), **_HEADERS})

    def _token(self, *, grant_type: str, client: Client, user: DemoOffice | None = None, scope: str | None = None, **_: Any) -> dict[str, object]:
        who = user or client
        claims = Claims(user.name if user else client.client_id, client.client_id, who.office, who.roles)
        token = access_token(self._keyring.signer(now()), self._issuer, claims)
        made: dict[str, object] = {"token_type": "Bearer", "access_token": token, "expires_in": ACCESS_SECONDS, "scope": scope or ""}
        if grant_type == "authorization_code" and user is not None and client.goes_on:
            made["refresh_token"] = refresh_token(self._keyring.signer(now()), self._issuer, subject=user.name, client_id=client.client_id)
        return made

    def _renewal(self, text: str) -> Renewal | None:
        read = read_refresh_token(text, self._keyring.published(now())["keys"], self._issuer)
        office = demo_office(read[0]) if read else None
        return None if read is None or office is None else Renewal(office, read[1])
