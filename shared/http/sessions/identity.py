"""Who is asking, where people sign in: a token's caller, or that of a browser's session. Both are the same ``Caller``."""

from contextlib import AbstractAsyncContextManager

from fastapi import Request

from shared.http.callers import Identity
from shared.http.problems import Problem
from shared.http.sessions.cookies import Cookies
from shared.http.sessions.store import SessionStore
from shared.http.unavailable import redis_needed
from shared.identity.caller import Caller

_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})


class SessionsOrTokens:
    """The ``Identity`` of an api whose people sign in. A request with a token is its caller's, whatever cookies come with it."""

    def __init__(self, tokens: Identity, store: SessionStore, cookies: Cookies) -> None:
        self._tokens, self._store, self._cookies = tokens, store, cookies

    async def caller_of(self, request: Request) -> Caller | None:
        """Return the caller of a request, None for nobody, and for a session that ended. Raises ``Problem``: 401, 403 and 503."""
        drawn = self._cookies.session_of(request)
        if drawn is None or "authorization" in request.headers:
            return await self._tokens.caller_of(request)
        with redis_needed():
            session = await self._store.of(drawn)
        if session is None:
            return None
        if request.method not in _CHANGES_NOTHING:
            check_own_page(request)
        return session.caller

    async def check(self) -> None:
        """Raise where nobody could be recognised now."""
        await self._tokens.check()

    def running(self) -> AbstractAsyncContextManager[None]:
        """Run what tokens need."""
        return self._tokens.running()


def check_own_page(request: Request) -> None:
    """Let a request pass that a browser says comes from a page of this server. Raises ``Problem``: 403.

    A page from elsewhere is refused before (``server.trust``). A request that says nothing of its page is refused here: a session is a browser's,
    and every browser says it.
    """
    if request.headers.get("sec-fetch-site") != "same-origin" and "origin" not in request.headers:
        raise Problem(403, "cross-site", "A page from elsewhere", "Only this server's own pages may change anything by a session.")
