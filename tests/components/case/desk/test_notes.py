"""Notes at the desk: asked of enrolment in the person's name, and a file goes through as it is, and stays a download."""

from __future__ import annotations

import httpx
import pytest

from tests.components.case.desk.desk_rig import AUDITOR, OFFICER, SUPERIOR, DeskRig, child
from tests.components.shared.problems import problem_of

AT, THERE, NOTE = f"/v1/desk/files/{child(1)}", f"/v1/children/{child(1)}", "a" * 32
PNG = b"\x89PNG\r\n\x1a\n"


async def test_notes_are_read_and_written_as_enrolment_answers(desk: DeskRig) -> None:
    desk.says[f"{THERE}/notes"] = lambda body: httpx.Response(200, json={"asked": body})
    assert (await desk.client.get(f"{AT}/notes?purpose=legal", headers=SUPERIOR)).json() == {"asked": None}
    body = {"id": NOTE, "text": "奶奶在家"}
    assert (await desk.client.post(f"{AT}/notes", json=body, headers=OFFICER)).json() == {"asked": body}
    assert [(method, path) for method, path, _ in desk.asked] == [("GET", f"{THERE}/notes"), ("POST", f"{THERE}/notes")]
    assert desk.asked[1][2] == OFFICER["Authorization"].removeprefix("Bearer ")


async def test_a_file_goes_through_as_it_came_and_comes_back_as_a_download(desk: DeskRig) -> None:
    seen: list[httpx.Request] = []
    shut = {"content-type": "image/png", "content-disposition": 'attachment; filename="a.png"', "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox"}  # fmt: skip

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=PNG, headers=shut) if request.method == "GET" else httpx.Response(200, json={"new": True})

    desk.neighbours._transport = httpx.MockTransport(answer)
    async with desk.neighbours.running():
        said = {"content-type": "image/png", **OFFICER}
        sent = await desk.client.post(f"{AT}/attachments?note={NOTE}&kind=photograph", content=PNG, headers=said)
        assert (sent.status_code, sent.json()) == (200, {"new": True})
        taken = await desk.client.get(f"{AT}/attachments/{NOTE}", headers=SUPERIOR)
    assert (seen[0].content, seen[0].headers["content-type"]) == (PNG, "image/png")
    assert dict(seen[0].url.params) == {"note": NOTE, "kind": "photograph"}
    assert seen[1].url.path == f"{THERE}/attachments/{NOTE}"
    assert dict(seen[1].url.params) == {"purpose": "work"}
    assert taken.content == PNG
    assert {name: taken.headers[name] for name in shut} == shut
    assert taken.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("said", "content", "status", "problem"), [("text/html", PNG, 415, "media-type"), ("image/png", bytes((5 << 20) + 1), 413, "too-large")]
)
async def test_what_is_no_attachment_goes_nowhere(desk: DeskRig, said: str, content: bytes, status: int, problem: str) -> None:
    headers = {"content-type": said, **OFFICER}
    answer = await desk.client.post(f"{AT}/attachments?note={NOTE}&kind=other", content=content, headers=headers)
    assert (answer.status_code, problem_of(answer), desk.asked) == (status, problem, [])
    assert (await desk.client.post(f"{AT}/notes", json={"id": "x", "text": ""}, headers=OFFICER)).status_code == 422


async def test_who_may_not_is_asked_for_nobody(desk: DeskRig) -> None:
    for answer in (
        await desk.client.get(f"{AT}/notes", headers=AUDITOR),
        await desk.client.post(f"{AT}/notes", json={"id": NOTE, "text": "x"}, headers=SUPERIOR),
        await desk.client.get(f"{AT}/attachments/{NOTE}", headers=AUDITOR),
    ):
        assert answer.status_code == 403
    assert desk.asked == []
