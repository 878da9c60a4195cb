"""The desk at ``/`` and its files, served as they are."""

from fastapi import FastAPI, Request, Response

from shared.http.callers import OPEN
from shared.http.pages import look
from shared.http.pages.static_files import PageFiles


def install(app: FastAPI) -> None:
    """Add the page, its files below ``/web/``, and what all pages share. The page itself holds nothing of any child."""
    files = PageFiles("services.case", "web", policy=look.POLICY, versioned=())
    app.mount("/web", files)
    look.install(app)

    @app.get("/", include_in_schema=False, openapi_extra=OPEN)
    async def page(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)
