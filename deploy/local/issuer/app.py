"""The issuer's HTTP: what it tells of itself, the sign-in page, and tokens. It listens on loopback, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from fastapi import FastAPI, Request, Response

from deploy.local.issuer import clients as client_table
from deploy.local.issuer import sign_in
from deploy.local.issuer.grants import Assertions
from deploy.local.issuer.keys import ALGORITHM, Keyring, key_file
from deploy.local.issuer.offices import demo_office
from deploy.local.issuer.server import IssuerRequest, IssuerServer
from deploy.local.issuer.spent import SpentAssertions
from deploy.local.issuer.tokens import now
from shared.http.pages import look
from shared.http.pages.static_files import PageFiles
from shared.http.server import serving
from shared.settings import ServerLimits, is_loopback

_LONGEST_FORM = 32 << 10
_ONCE = "Each parameter is given once, in a form or a query of at most 32 KiB."


class NotLoopback(Exception):
    """An address that others can reach. The message says what may stand there."""


def create_issuer(folder: Path, *, issuer: str, redirect_uris: Mapping[str, str]) -> FastAPI:
    """Return the issuer over the keys in a folder, which `setup.prepare` makes.

    ``issuer``: its address, by which it is named in tokens; ``redirect_uris``: by the service that people sign in to, where they come back.
    """
    keyring = Keyring(key_file(folder))
    token_endpoint = f"{issuer}/token"
    assertions = Assertions(folder, SpentAssertions(folder / "spent.sqlite"), [issuer, token_endpoint])
    server = IssuerServer(issuer, keyring, client_table.clients(redirect_uris), assertions)
    app = FastAPI(title="Baoxue's issuer", docs_url=None, redoc_url=None, openapi_url=None)
    look.install(app, policy=sign_in.policy(""))
    app.mount("/sign-in", PageFiles("deploy.local.issuer", "web", policy=sign_in.policy(""), versioned=()))

    @app.get("/livez")
    async def lives() -> Response:
        keyring.signer(now())
        return Response('{"status": "alive"}', media_type="application/json")

    @app.get("/.well-known/openid-configuration")
    @app.get("/.well-known/oauth-authorization-server")
    async def describe() -> dict[str, object]:
        return _metadata(issuer, token_endpoint)

    @app.get("/jwks")
    async def keys() -> dict[str, list[dict[str, object]]]:
        return keyring.published(now())

    @app.get("/authorize")
    async def choose(request: Request) -> Response:
        asked = _once(request.url.query)
        if asked is None:
            return _refused(server, InvalidRequestError(_ONCE))
        oauth = IssuerRequest("GET", str(request.url), request.headers, asked)
        try:
            grant = server.get_consent_grant(oauth)
        except OAuth2Error as error:
            return _refused(server, error, oauth)
        return sign_in.page(request.url.query, origin=_origin(grant.redirect_uri))

    @app.post("/authorize")
    async def chosen(request: Request) -> Response:
        asked, form = _once(request.url.query), _once(await _body(request))
        if asked is None or form is None:
            return _refused(server, InvalidRequestError(_ONCE))
        oauth = IssuerRequest("POST", str(request.url), request.headers, asked)
        try:
            grant = server.get_consent_grant(oauth)
        except OAuth2Error as error:
            return _refused(server, error, oauth)
        office = demo_office(form.get("office", ""))
        response: Response = server.create_authorization_response(oauth, grant_user=office, grant=grant)
        return response

    @app.post("/token")
    async def token(request: Request) -> Response:
        asked = _once(await _body(request))
        if asked is None:
            return _refused(server, InvalidRequestError(_ONCE))
        response: Response = server.create_token_response(IssuerRequest("POST", str(request.url), request.headers, asked))
        return response

    return app


def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until told to stop. Raises ``NotLoopback`` for an address that others can reach."""
    check_loopback(host)
    serving.serve(app, host=host, port=port, limits=ServerLimits(connections=256))


def check_loopback(host: str) -> None:
    """Let an address pass that only this machine reaches. Raises ``NotLoopback``."""
    if not is_loopback(host):
        raise NotLoopback(
            f"The issuer of the embedded stack asks nobody for a password, so it listens on loopback alone, and not on {host}. "
            "Where others sign in, set ISSUER of the services to a provider of your own."
        )


def _metadata(issuer: str, token_endpoint: str) -> dict[str, object]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": token_endpoint,
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "name", "office", "roles"],
        "ui_locales_supported": ["zh-CN", "en"],
    }


def _once(text: str) -> dict[str, str] | None:
    """Return the parameters of a query or a form; None where one is there twice, or the text is too long."""
    if len(text) > _LONGEST_FORM:
        return None
    try:
        pairs: Sequence[tuple[str, str]] = parse_qsl(text, keep_blank_values=True, max_num_fields=64)
    except ValueError:
        return None
    asked = dict(pairs)
    return asked if len(asked) == len(pairs) else None


async def _body(request: Request) -> str:
    """Return the form of a request, and a little more than the longest that is read of a longer one."""
    form = b""
    async for piece in request.stream():
        form += piece
        if len(form) > _LONGEST_FORM:
            break
    return form.decode("utf-8", "replace")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _refused(server: IssuerServer, error: OAuth2Error, request: IssuerRequest | None = None) -> Response:
    response: Response = server.handle_error_response(request, error)
    return response
