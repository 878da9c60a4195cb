"""The two cookies of a browser that signs in: the session's, and that of the sign-in under way.

No script reads them, and no other page makes a browser send the session's (``SameSite=Strict``). The way back from the issuer comes from another
site, so the cookie of the sign-in under way is ``Lax``. Where TLS is, both are bound to this very host (``__Host-``).
"""

from typing import Literal, NamedTuple

from fastapi import Request, Response

from shared.http.sessions.store import SIGN_IN_SECONDS


class Cookies(NamedTuple):
    """The cookies of one service. ``secure``: whether browsers reach it by TLS."""

    service: str
    secure: bool

    @property
    def session(self) -> str:
        """The name of the session's."""
        return self._named("session")

    @property
    def sign_in(self) -> str:
        """The name of that of the sign-in under way."""
        return self._named("sign-in")

    def session_of(self, request: Request) -> str | None:
        """Return the id of a request's session."""
        return request.cookies.get(self.session)

    def sign_in_of(self, request: Request) -> str | None:
        """Return the id of a request's sign-in under way."""
        return request.cookies.get(self.sign_in)

    def begin_session(self, response: Response, drawn: str) -> None:
        """Give the browser a session, until it is closed or the session ends."""
        self._set(response, self.session, drawn, "strict", None)

    def begin_sign_in(self, response: Response, drawn: str) -> None:
        """Give the browser a sign-in under way."""
        self._set(response, self.sign_in, drawn, "lax", SIGN_IN_SECONDS)

    def end(self, response: Response, name: str) -> None:
        """Take a cookie away."""
        self._set(response, name, "", "strict", 0)

    def _named(self, what: str) -> str:
        # A cookie knows no port: services on one host are told apart by the name.
        return f"{'__Host-' if self.secure else ''}baoxue-{self.service}-{what}"

    def _set(self, response: Response, name: str, value: str, same_site: Literal["strict", "lax"], seconds: int | None) -> None:
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite=same_site)
