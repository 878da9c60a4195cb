"""The page at ``/`` and its files, served as they are. Their headers let a browser keep them, and forbid it to load anything from another origin."""

import msgspec
from fastapi import FastAPI, Request, Response

from services.reporting import openapi
from shared.http.callers import OPEN
from shared.http.pages import look
from shared.http.pages.static_files import PageFiles

_KEPT_FOR_EVER = ("vendor/",)
"""The folder whose files have their version in their path, so that the bytes behind a path never change."""


class Screen(msgspec.Struct, frozen=True):
    """The settings of a screen.

    ``demo``: the children are invented, and only the totals are the published ones. ``late_after``, ``gone_after``: the ages
    in seconds from which the counts are shown as late, and as no longer reliable.
    """

    demo: bool = False
    late_after: float = 10.0
    gone_after: float = 30.0


def install(app: FastAPI, screen: Screen) -> None:
    """Add the page, its files below ``/web/``, and ``/v1/screen`` to an app."""
    files = PageFiles("services.reporting", "web", policy=look.POLICY, versioned=_KEPT_FOR_EVER)
    app.mount("/web", files)
    look.install(app)

    @app.get("/", include_in_schema=False, openapi_extra=OPEN)
    async def page(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    @app.get(
        "/v1/screen",
        summary="The settings of a screen",
        openapi_extra=OPEN,
        responses=openapi.responses(Screen, "Whether this is a demo, and the ages from which counts are late and gone"),
    )
    async def read_screen() -> Response:
        return Response(msgspec.json.encode(screen), media_type="application/json")
