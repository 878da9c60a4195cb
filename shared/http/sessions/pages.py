"""The pages on the way of signing in, Chinese first: the one that goes on by itself, and those that say why nobody is signed in."""

from html import escape

from fastapi import Response

from shared.http.pages.static_files import headers_of

_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_AGAIN = '<p><a href="/sign-in">重新登录 Sign in again</a> · <a href="/">返回首页 Back to the page</a></p>'


def goes_on(to: str) -> Response:
    """Return the page of somebody who signed in, which leads to a path."""
    link = escape(to)
    return _page("已登录", "Signed in", f'<p><a href="{link}">继续 Go on</a></p>', head=f'<meta http-equiv="refresh" content="0;url={link}">')


def refused(why: str) -> Response:
    """Return the page of somebody whom the issuer did not sign in."""
    return _page("没有登录", "Nobody is signed in", f"<p>{escape(why)}</p>{_AGAIN}", status=403)


def away(why: str) -> Response:
    """Return the page of somebody who cannot sign in now."""
    said = f'<p>登录服务暂时不可用，请稍后再试。</p><p lang="en">The issuer does not answer as it must ({escape(why)}). Try again later.</p>{_AGAIN}'
    return _page("现在无法登录", "Nobody can sign in now", said, status=503)


def _page(chinese: str, english: str, body: str, *, status: int = 200, head: str = "") -> Response:
    text = (
        f'<!doctype html>\n<html lang="zh-CN">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'{head}<title>{chinese} {english}</title>\n<link rel="stylesheet" href="/docs/files/problems.css">\n'
        f'<h1>{chinese} <span lang="en">{english}</span></h1>\n{body}\n</html>\n'
    )
    headers = {**headers_of(_POLICY), "Cache-Control": "no-store", **({"Retry-After": "5"} if status == 503 else {})}
    return Response(text, status, headers, "text/html; charset=utf-8")
