"""The sign-in page of a demo: whoever sits at this machine chooses an office, and no password is asked for."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template

from fastapi import Response

from deploy.local.issuer.offices import DEMO_OFFICES, DemoOffice
from shared.http.pages.static_files import headers_of


def policy(origin: str) -> str:
    """Return the page's Content-Security-Policy. ``origin``: to where the answer to the form leads, beside this server."""
    return f"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self' {origin}; frame-ancestors 'none'".replace(" ;", ";")


def page(query: str, *, origin: str) -> Response:
    """Return the page. ``query``: of the request, which goes on with the choice; ``origin``: where it leads to then."""
    template = Template((files("deploy.local.issuer") / "web" / "sign-in.html").read_text("utf-8"))
    html = template.substitute(action=escape(f"/authorize?{query}"), offices="".join(map(_line, DEMO_OFFICES)))
    return Response(html, headers={**headers_of(policy(origin)), "Cache-Control": "no-store"}, media_type="text/html; charset=utf-8")


def _line(office: DemoOffice) -> str:
    return (
        f'<li><button name="office" value="{escape(office.name)}"><strong lang="zh-CN">{escape(office.chinese)}</strong>'
        f'<span lang="en">{escape(office.english)}</span><code>{escape(office.office)} · {escape(", ".join(office.roles))}</code></button></li>\n'
    )
