"""A folder of files as a browser gets them: with an ETag each, with a policy that lets nothing in from elsewhere."""

import os
from collections.abc import Mapping

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


def headers_of(policy: str) -> Mapping[str, str]:
    """Return the headers of a page under a Content-Security-Policy."""
    return {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class PageFiles(StaticFiles):
    """The files of a folder of a package. A browser asks for them again every time, and keeps those for ever whose path names a version.

    ``versioned``: the folders whose paths never mean other bytes.
    """

    def __init__(self, package: str, folder: str, *, policy: str, versioned: tuple[str, ...]) -> None:
        super().__init__(packages=[(package, folder)])
        self._headers, self._versioned = headers_of(policy), versioned

    def file_response(self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200) -> Response:
        """Return a file, with the headers that say how long it is kept and what it may load."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        versioned = self.get_path(scope).startswith(self._versioned)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        response.headers.update(self._headers)
        return response
