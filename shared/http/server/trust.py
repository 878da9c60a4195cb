"""Which requests a server answers at all: those that name it by a name of its own, and of those that change anything only those of its own pages.

A page from elsewhere can make a browser on this machine send requests to loopback, and with a name that it points there itself (DNS rebinding)
read the answers. Programs send neither ``Origin`` nor ``Sec-Fetch-Site``, and name the server as they were told to.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http.problems import Problem, log_not_let_in

_ANY = "*"
_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OWN_SITE = frozenset({"same-origin", "none"})
"""The browser's words for requests of a page of this very server, and of somebody who typed or followed an address."""


class TrustedRequests:
    """Middleware that refuses the others. ``hosts``: names and addresses without a port; ``*.name`` for all names below one, ``*`` for any."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.strip().lower() for host in hosts if host.strip())
        self._below = tuple(host[1:] for host in self._hosts if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer why not."""
        if scope["type"] == "http" and (problem := self._refusal(scope["method"], Headers(scope=scope), scope["http_version"])):
            log_not_let_in(problem, scope)
            await problem.response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers, http_version: str) -> Problem | None:
        hosts = headers.getlist("host")
        if len(hosts) > 1 or (not hosts and http_version != "1.0"):
            return Problem(400, "no-host", "Host is missing or repeated", "A request names one Host.")
        if hosts and not self._is_own(hosts[0]):
            detail = "This server has another name. Set HOSTS of the service to the names by which it is reached, comma between."
            return Problem(421, "unknown-host", "Not a name of this server", detail)
        if method not in _CHANGES_NOTHING and not _is_of_own_site(headers, hosts[0] if hosts else ""):
            return Problem(403, "cross-site", "A page from elsewhere", "Only this server's own pages, and programs, may change anything here.")
        return None

    def _is_own(self, host: str) -> bool:
        name = _without_port(host.lower()).rstrip(".")
        return _ANY in self._hosts or name in self._hosts or name.endswith(self._below)


def _is_of_own_site(headers: Headers, host: str) -> bool:
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in _OWN_SITE
    origins = headers.getlist("origin")
    return all(urlsplit(origin).netloc.lower() == host.lower() for origin in origins)


def _without_port(host: str) -> str:
    """Return a host's name; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdigit() or not port) and not host.endswith("]") else host
