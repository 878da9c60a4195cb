"""The metrics of an api's requests, for Prometheus: by route and never by path, for a path holds ids."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import clock

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_ROUTE = "none"
"""The route of a request that no route matches."""


class HttpMeters:
    """The metrics of an api's requests, in one registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter("baoxue_http_requests", "Requests answered, by route and status", ["method", "route", "status"], registry=registry)
        self.seconds = Histogram(
            "baoxue_http_seconds", "From a request to the beginning of its answer", ["method", "route"], buckets=_SECONDS, registry=registry
        )


class CountRequests:
    """Middleware that counts each request when its answer begins."""

    def __init__(self, app: ASGIApp, meters: HttpMeters) -> None:
        self._app, self._meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request and pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = clock.seconds()
        begun = False

        def count(status: int) -> None:
            nonlocal begun
            if not begun:
                begun = True
                method = scope["method"] if scope["method"] in _METHODS else "other"
                route = getattr(scope.get("route"), "path", NO_ROUTE)
                self._meters.requests.labels(method, route, str(status)).inc()
                self._meters.seconds.labels(method, route).observe(clock.seconds() - begin)

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, counting)
        except Exception:
            count(500)
            raise
