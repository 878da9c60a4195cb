"""``/look/``: what all pages share: colours and type, the mark, the fonts, the names in English, the way to sign out, the view library."""

from fastapi import FastAPI

from shared.http.pages.static_files import PageFiles

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
"""The Content-Security-Policy of a page: scripts, styles, fonts and data come from this server, and none of them are inline."""
_KEPT_FOR_EVER = ("fonts/", "vendor/")
"""Folders whose files have their version in their path, so that the bytes behind a path never change."""


def install(app: FastAPI, *, policy: str = POLICY) -> None:
    """Add the files below ``/look/`` to an app. ``policy``: of its pages."""
    app.mount("/look", PageFiles("shared.http.pages", "look", policy=policy, versioned=_KEPT_FOR_EVER))
