"""Middleware that answers in Chinese whoever asks for it: every problem, and the lines of receipts."""

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.chinese.preference import wants_chinese
from shared.http.chinese.translation import in_chinese
from shared.http.problems import MEDIA_TYPE

HAS_TEXTS = "Accept-Language"
"""What ``Vary`` says of an answer that has texts for people and is no problem: that of a receipt."""
_encode = msgspec.json.Encoder().encode


class InChinese:
    """Translates answers with texts for people. Any other answer, and any other client's, goes out as it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = wants_chinese(", ".join(Headers(scope=scope).getlist("accept-language")))
        begun: list[Message] = []
        body = bytearray()

        async def translated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if not _has_texts(headers):
                    await send(message)
                    return
                if HAS_TEXTS not in headers.get("vary", ""):
                    headers.add_vary_header(HAS_TEXTS)
                headers["Content-Language"] = "zh" if asked else "en"
                if asked and scope["method"] != "HEAD":
                    begun.append(message)
                    return
                if asked:  # how long the Chinese text would be is not known without it
                    del headers["content-length"]
                await send(message)
            elif begun:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    whole = _encode(in_chinese(msgspec.json.decode(bytes(body))))
                    MutableHeaders(scope=begun[0])["content-length"] = str(len(whole))
                    await send(begun[0])
                    await send({**message, "body": whole})
            else:
                await send(message)

        await self._app(scope, receive, translated)


def _has_texts(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0] == MEDIA_TYPE or HAS_TEXTS in headers.get("vary", "")
