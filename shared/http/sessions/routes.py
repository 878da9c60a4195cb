"""The three addresses of signing in: ``/sign-in`` leads to the issuer, ``/signed-in`` is the way back, ``/sign-out`` ends the session.

The steps of a sign-in, and what a failure after each leaves behind:

1. ``/sign-in`` keeps a sign-in under way in Redis and its id in a cookie, and leads to the issuer. Left there, it is over after ten minutes.
2. ``/signed-in`` takes the sign-in under way, which is over with that: the same way back leads nowhere a second time.
3. It redeems the code, and checks both tokens. Refused: a page says so, and nobody is signed in.
4. It ends the session that the browser had, and begins another under a new id. Redis away: nobody is signed in.
5. It answers with a page that goes on by itself. That the page, and not the issuer, leads on is what makes a browser send the new cookie.
"""

import hmac
import logging
from typing import NamedTuple
from urllib.parse import quote

import msgspec
from fastapi import FastAPI, Request, Response

from shared import ids
from shared.http import openapi
from shared.http.callers import OPEN, caller_of
from shared.http.problems import invalid_parameter
from shared.http.sessions import pages
from shared.http.sessions.cookies import Cookies
from shared.http.sessions.persons_tokens import held_of
from shared.http.sessions.provider import Provider, ProviderAway, SignInRefused, Tokens
from shared.http.sessions.store import SessionStore, SignIn
from shared.http.unavailable import redis_needed
from shared.identity.caller import Caller, Role
from shared.identity.keys import KeysUnknown
from shared.identity.tokens import TokenRefused, TokenVerifier

SIGNED_IN = "/signed-in"
_log = logging.getLogger(__name__)
_WHY = {503: "Redis is away, so nobody knows who is signed in"}


class SignedIn(msgspec.Struct, frozen=True):
    """Who is signed in, by office and roles; null for nobody. ``possible``: whether there is an issuer to sign in at."""

    possible: bool
    office: str | None = None
    roles: list[Role] = msgspec.field(default_factory=list)


class SignedOut(msgspec.Struct, frozen=True):
    """Where to go on: the issuer's own sign-out, or the page."""

    next: str


class SigningIn(NamedTuple):
    """What signing in needs. ``address``: by which browsers reach the service; ``keeps_tokens``: whether it asks others in the person's name."""

    provider: Provider
    store: SessionStore
    cookies: Cookies
    verifier: TokenVerifier
    address: str
    keeps_tokens: bool = False


def install(app: FastAPI, signing_in: SigningIn | None) -> None:
    """Add the addresses to an app; without ``signing_in`` only ``/v1/session``, which says that nobody can sign in."""

    @app.get(
        "/v1/session",
        summary="Who is signed in in this browser",
        openapi_extra=OPEN,
        responses=openapi.responses(SignedIn, "Who is signed in", 503, why=_WHY),
    )
    async def session(request: Request) -> Response:
        caller = caller_of(request)
        found = SignedIn(possible=signing_in is not None)
        if caller is not None:
            found = SignedIn(signing_in is not None, caller.office, sorted(caller.roles))
        return Response(msgspec.json.encode(found), headers={"Cache-Control": "no-store"}, media_type="application/json")

    if signing_in is not None:
        _install(app, signing_in)


def _install(app: FastAPI, at: SigningIn) -> None:
    @app.get("/sign-in", include_in_schema=False, openapi_extra=OPEN)
    async def sign_in(request: Request, to: str = "/", *, moved: bool = False) -> Response:
        if not _is_path(to):
            raise invalid_parameter("query.to", "must be a path of this server, and begin with one slash")
        if not moved and request.headers.get("host", "").lower() != at.address.partition("://")[2]:
            # The cookie belongs to the address to which the issuer leads back; once, for a proxy may name another host all the time.
            return _lead(f"{at.address}/sign-in?to={quote(to)}&moved=true")
        under_way = SignIn(state=ids.draw_id(), nonce=ids.draw_id(), verifier=ids.draw_id() + ids.draw_id(), to=to)
        try:
            address = await at.provider.sign_in_url(under_way)
        except ProviderAway as away:
            return pages.away(str(away))
        with redis_needed():
            drawn = await at.store.keep(under_way)
        response = _lead(address)
        at.cookies.begin_sign_in(response, drawn)
        return response

    @app.get(SIGNED_IN, include_in_schema=False, openapi_extra=OPEN)
    async def signed_in(request: Request) -> Response:
        drawn = at.cookies.sign_in_of(request)
        with redis_needed():
            under_way = await at.store.take(drawn) if drawn is not None else None
        try:
            if under_way is None:
                raise SignInRefused("There is no such sign-in under way in this browser, or not any more.")  # noqa: TRY301  # one answer to all of them
            caller, tokens = await _caller(at, under_way, dict(request.query_params))
        except SignInRefused as refused:
            _log.warning("a sign-in was refused: %s", refused)
            response = pages.refused(str(refused))
        except ProviderAway as away:
            response = pages.away(str(away))
        else:
            with redis_needed():
                if (before := at.cookies.session_of(request)) is not None:
                    await at.store.end(before)
                session = await at.store.begin(caller, held_of(tokens) if at.keeps_tokens else None)
            _log.info("signed in: %s of %s", caller.sub, caller.office)
            response = pages.goes_on(under_way.to)
            at.cookies.begin_session(response, session)
        at.cookies.end(response, at.cookies.sign_in)
        return response

    @app.post("/sign-out", include_in_schema=False, openapi_extra=OPEN)
    async def sign_out(request: Request) -> Response:
        if (drawn := at.cookies.session_of(request)) is not None:
            with redis_needed():
                await at.store.end(drawn)
        if (caller := caller_of(request)) is not None:
            _log.info("signed out: %s of %s", caller.sub, caller.office)
        leads = "/" if caller is None else await _leads_on(at)
        response = Response(msgspec.json.encode(SignedOut(leads)), headers={"Cache-Control": "no-store"}, media_type="application/json")
        at.cookies.end(response, at.cookies.session)
        return response


async def _caller(at: SigningIn, under_way: SignIn, sent: dict[str, str]) -> tuple[Caller, Tokens]:
    """Return who signed in, and the tokens. Raises ``ProviderAway`` and ``SignInRefused``."""
    if not hmac.compare_digest(sent.get("state", "").encode(), under_way.state.encode()):
        raise SignInRefused("The way back is of another sign-in.")
    if sent.get("iss", at.provider.issuer) != at.provider.issuer:
        raise SignInRefused("The way back is from another issuer.")
    if "code" not in sent:
        raise SignInRefused("The issuer signed nobody in.")
    tokens = await at.provider.redeem(sent["code"], under_way)
    try:
        caller = await at.verifier.caller_of(tokens.access_token)
        await at.provider.check_id_token(tokens.id_token, under_way.nonce, caller.sub)
    except TokenRefused as refused:
        raise SignInRefused(str(refused)) from refused
    except KeysUnknown as unknown:
        raise ProviderAway("its keys were not fetched yet") from unknown
    return caller, tokens


async def _leads_on(at: SigningIn) -> str:
    """Return where a browser goes on after the session is over; an issuer that is away keeps nobody signed in here."""
    try:
        return await at.provider.sign_out_url(f"{at.address}/") or "/"
    except ProviderAway:
        return "/"


def _is_path(to: str) -> bool:
    return to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable()


def _lead(address: str) -> Response:
    return Response(status_code=302, headers={"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
