"""What every response of an api keeps, whatever its endpoint: ``HEAD`` answers wherever ``GET`` does, JSON is neither stored nor guessed at.

What is no page is of no use as one.
"""

from contextlib import suppress

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHUT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""What an answer says that is no page: a browser that is led to it loads nothing by it, frames it nowhere, and tells nobody of it."""
_JSON = ("application/json", "application/problem+json", "application/x-ndjson", "application/vnd.oai.openapi+json")


class _HeadAnswered(OSError):
    """The headers are sent, and nobody wants the body. An ``OSError``, which streams take for the end of their connection."""


class ResponseRules:
    """Middleware that adds headers to responses, and answers ``HEAD`` with the headers of ``GET``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        head = method == "HEAD"

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["method"] = method
                _complete(MutableHeaders(scope=message))
                await send(message)
            elif head:
                raise _HeadAnswered
            else:
                await send(message)

        if not head:
            await self._app(scope, receive, kept)
            return
        # In the same scope: whoever counts requests looks there for the route.
        scope["method"] = "GET"
        with suppress(_HeadAnswered, ClientDisconnect):
            await self._app(scope, receive, kept)
        await send({"type": "http.response.body", "body": b""})


def _complete(headers: MutableHeaders) -> None:
    for name, value in SHUT.items():
        headers.setdefault(name, value)
    if headers.get("content-type", "").partition(";")[0] in _JSON:
        headers.setdefault("Cache-Control", "no-store")
