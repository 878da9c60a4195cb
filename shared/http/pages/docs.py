"""``/docs``, the description of an api, and ``/docs/problems``, what each problem means: files of ours."""

from fastapi import FastAPI, Request, Response

from shared.http.callers import OPERATIONS
from shared.http.pages.static_files import PageFiles

# The viewer of the description sets styles of elements, and draws with images that stand in its style sheet.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def install(app: FastAPI) -> None:
    """Add the pages, and their files below ``/docs/files/``, to an app."""
    files = PageFiles("shared.http", "pages/files", policy=_POLICY, versioned=("swagger-ui-",))
    app.mount("/docs/files", files)

    @app.get("/docs", include_in_schema=False, tags=[OPERATIONS])
    async def docs(request: Request) -> Response:
        return await files.get_response("docs.html", request.scope)

    @app.get("/docs/problems", include_in_schema=False, tags=[OPERATIONS])
    async def meanings(request: Request) -> Response:
        return await files.get_response("problems.html", request.scope)
