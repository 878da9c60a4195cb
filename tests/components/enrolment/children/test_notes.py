"""Notes and attachments: sealed with the child's key, read by right and with a trace, a download and never a page, and gone with the name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.enrolment.directory import notes as book
from services.enrolment.directory.notes import Kind, Note, NoteBook, Writing
from services.enrolment.directory.sealing import SealBroken
from services.enrolment.directory.tables import NOTES
from shared.commands.instructions import MOST_FILE_BYTES
from tests.components.enrolment.children.names_desk import AUDITOR, ELSEWHERE, OFFICER, SENDER, SUPERIOR, NamesDesk, Who, child, introduced
from tests.components.shared.problems import problem_of

TEXT = "家长说下周一送孩子回校。\n\t奶奶在家。"
PNG, JPEG, PDF = b"\x89PNG\r\n\x1a\n" + b"p" * 40, b"\xff\xd8\xff\xe0" + b"j" * 40, b"%PDF-1.7\n" + b"d" * 40
FILES = {"image/png": PNG, "image/jpeg": JPEG, "application/pdf": PDF}


def drawn(n: int) -> str:
    return f"{n:032x}"


async def write(desk: NamesDesk, student: str, text: str = TEXT, *, n: int = 1, who: Who | None = OFFICER) -> httpx.Response:
    return await desk.post(f"/v1/children/{student}/notes", {"id": drawn(n), "text": text}, who)


async def attach(
    desk: NamesDesk, student: str, content: bytes = PNG, said: str = "image/png", *, n: int = 2, kind: str = "photograph"
) -> httpx.Response:
    return await desk.post(f"/v1/children/{student}/attachments?note={drawn(n)}&kind={kind}", content, OFFICER, said)


async def notes(desk: NamesDesk, student: str, who: Who = OFFICER) -> Any:
    answer = await desk.get(f"/v1/children/{student}/notes", who, purpose="persuade")
    assert answer.status_code == 200, answer.text
    return answer.json()["notes"]


async def take(desk: NamesDesk, student: str, n: int = 2, who: Who = OFFICER) -> httpx.Response:
    return await desk.get(f"/v1/children/{student}/attachments/{drawn(n)}", who, purpose="legal")


async def test_a_note_and_an_attachment_are_written_and_read(desk: NamesDesk) -> None:
    student = await desk.student()
    assert (await write(desk, student)).json() == {"student": student, "id": drawn(1), "new": True}
    desk.now = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    for n, (said, content) in enumerate(FILES.items(), 2):
        assert (await attach(desk, student, content, said, n=n, kind="signed_form")).status_code == 200
    told = await notes(desk, student, SUPERIOR)
    assert [each["kind"] for each in told] == ["signed_form"] * 3 + ["note"], "the newest first"
    assert told[-1] == {
        "id": drawn(1), "kind": "note", "media_type": "text/plain", "size": len(TEXT.encode()), "caller": OFFICER[0], "office": OFFICER[1],
        "written_at": "2026-03-02T04:00:00Z", "text": TEXT,
    }  # fmt: skip
    assert [each["text"] for each in told[:3]] == [None] * 3
    for n, (said, content) in enumerate(FILES.items(), 2):
        answer = await take(desk, student, n)
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, content, said)


async def test_an_attachment_is_a_download_that_no_browser_runs_or_shows(desk: NamesDesk) -> None:
    student = await desk.student()
    await attach(desk, student)
    headers = (await take(desk, student)).headers
    assert headers["content-disposition"] == f'attachment; filename="{drawn(2)[:8]}.png"'
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_what_is_written_again_is_written_once_and_an_id_is_one_notes(desk: NamesDesk) -> None:
    student, other = await desk.student(), str((await desk.write(child(2)))["children"][0]["student"])
    await write(desk, student)
    assert (await write(desk, student)).json()["new"] is False
    for answer in (await write(desk, student, "别的话"), await write(desk, other), await attach(desk, student, n=1)):
        assert (answer.status_code, problem_of(answer)) == (409, "id-used")
    assert len(await notes(desk, student)) == 1


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "a\x1bb", "\u202eabc", "x" * 2_001])
async def test_a_text_of_nothing_or_of_control_characters_is_refused(desk: NamesDesk, text: str) -> None:
    student = await desk.student()
    answer = await write(desk, student, text)
    assert (answer.status_code, answer.json()["field"]) == (422, "text")
    assert await notes(desk, student) == []


@pytest.mark.parametrize(
    ("content", "said", "status", "problem"),
    [
        (JPEG, "image/png", 422, "invalid-parameters"),
        (b"<svg xmlns='x'/>", "image/png", 422, "invalid-parameters"),
        (b"MZ" + b"x" * 40, "application/pdf", 422, "invalid-parameters"),
        (PNG, "image/svg+xml", 415, "media-type"),
        (PNG, "text/html", 415, "media-type"),
        (b"", "image/png", 400, "empty-body"),
    ],
)
async def test_a_file_is_what_its_content_says_and_of_three_types(desk: NamesDesk, content: bytes, said: str, status: int, problem: str) -> None:
    student = await desk.student()
    answer = await attach(desk, student, content, said)
    assert (answer.status_code, problem_of(answer)) == (status, problem)
    assert await notes(desk, student) == []


async def test_a_file_has_a_size_and_a_child_has_so_many_notes(desk: NamesDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    student = await desk.student()
    answer = await attach(desk, student, PNG + bytes(MOST_FILE_BYTES))
    assert (answer.status_code, problem_of(answer)) == (413, "too-large")
    assert (await attach(desk, student, kind="recipe")).status_code == 422
    monkeypatch.setattr(book, "MOST_NOTES", 1)
    await write(desk, student)
    answer = await write(desk, student, n=5)
    assert (answer.status_code, problem_of(answer)) == (409, "notes-full")
    assert (await write(desk, student)).status_code == 200, "what is written already is no more"
    monkeypatch.setattr(book, "MOST_NOTES", 9)
    monkeypatch.setattr(book, "MOST_BYTES", len(TEXT.encode()) + len(PNG) - 1)
    assert (await attach(desk, student)).status_code == 409
    assert (await attach(desk, student, PNG[:-1])).status_code == 200


@pytest.mark.parametrize("who", [SENDER, AUDITOR, ELSEWHERE, None])
async def test_nobody_else_reads_or_writes(desk: NamesDesk, who: Who | None) -> None:
    student = await desk.student()
    await write(desk, student)
    await attach(desk, student)
    wanted = {None: 401, ELSEWHERE: 404}.get(who, 403)
    answers = [
        await desk.get(f"/v1/children/{student}/notes", who, purpose="persuade"),
        await desk.get(f"/v1/children/{student}/attachments/{drawn(2)}", who, purpose="persuade"),
        await write(desk, student, n=7, who=who),
        await desk.client.post(
            f"/v1/children/{student}/attachments?note={drawn(8)}&kind=other", content=PNG, headers={"content-type": "image/png", **introduced(who)}
        ),
    ]
    assert [each.status_code for each in answers] == [wanted] * 4
    assert all(TEXT not in each.text for each in answers)
    assert len(await notes(desk, student)) == 2
    assert (await write(desk, student, n=9, who=SUPERIOR)).status_code == 403, "a superior reads, and does not write"


async def test_each_look_and_each_writing_is_recorded_before_it_is_answered(desk: NamesDesk) -> None:
    student = await desk.student()
    await write(desk, student)
    await attach(desk, student)
    await notes(desk, student)
    await take(desk, student)
    looks = [(each["data"]["did"], each["data"]["purpose"], each["data"]["county"]) for each in desk.access()]
    assert looks == [("note-written", "work", "513431")] * 2 + [("note-read", "persuade", "513431"), ("note-read", "legal", "513431")]
    desk.log.unavailable_topics = {"access"}
    for answer in (
        await write(desk, student, n=5),
        await take(desk, student),
        await desk.get(f"/v1/children/{student}/notes", OFFICER, purpose="work"),
    ):
        assert (answer.status_code, TEXT in answer.text) == (503, False)
    desk.log.unavailable_topics = set()
    assert len(await notes(desk, student)) == 2, "nothing was written that was not recorded"


async def test_an_attachment_that_there_is_not_and_a_note_in_its_place_are_none(desk: NamesDesk) -> None:
    student, other = await desk.student(), str((await desk.write(child(2)))["children"][0]["student"])
    await write(desk, student)
    await attach(desk, other)
    for n in (1, 2, 3):
        answer = await take(desk, student, n)
        assert (answer.status_code, problem_of(answer)) == (404, "no-such-note")


async def test_nothing_of_a_note_is_in_the_log_or_in_clear_in_the_database(desk: NamesDesk) -> None:
    student = await desk.student()
    await write(desk, student)
    await attach(desk, student)
    written = b"".join(record.value or b"" for topic in desk.log.topics.values() for partition in topic for record in partition)
    for path in desk.folder.iterdir():
        written += path.read_bytes()
    for planted in (TEXT.encode(), "奶奶在家".encode(), PNG):
        assert planted not in written


async def test_a_note_that_is_put_in_the_place_of_another_childs_does_not_open(desk: NamesDesk) -> None:
    student, other = await desk.student(), str((await desk.write(child(2)))["children"][0]["student"])
    await write(desk, student)
    await attach(desk, student)
    notes_of = NoteBook(desk.directory.database, desk.directory.keystore)
    for change in ({"student": other}, {"kind": "letter"}, {"media_type": "application/pdf"}):
        async with desk.directory.database.engine.begin() as connection:
            await connection.execute(NOTES.update().where(NOTES.c.note == drawn(2)).values(**change))
        with pytest.raises(SealBroken):
            await notes_of.get(str(change.get("student", student)), drawn(2))
        async with desk.directory.database.engine.begin() as connection:
            back = {"student": student, "kind": "photograph", "media_type": "image/png"}
            await connection.execute(NOTES.update().where(NOTES.c.note == drawn(2)).values(**back))


async def test_an_erasure_takes_notes_along_and_none_is_written_again(desk: NamesDesk) -> None:
    student, other = await desk.student(), str((await desk.write(child(2)))["children"][0]["student"])
    await write(desk, student)
    await attach(desk, student)
    await write(desk, other, n=6)
    async with desk.directory.database.engine.begin() as connection:
        sealed = [row.sealed for row in (await connection.execute(NOTES.select().where(NOTES.c.student == student))).all()]
    assert (await desk.post(f"/v1/children/{student}/erasure", {"purpose": "request"}, SUPERIOR)).json()["done"]
    assert await notes(desk, student) == []
    assert (await take(desk, student)).status_code == 404
    answer = await write(desk, student, n=7)
    assert (answer.status_code, problem_of(answer)) == (410, "no-name")
    assert len(sealed) == 2
    files = b"".join(path.read_bytes() for path in desk.folder.iterdir())
    assert [each for each in sealed if each in files] == [], "not even the sealed bytes are left in the file"
    assert len(await notes(desk, other)) == 1


async def test_nothing_is_written_of_a_child_that_was_erased_meanwhile(desk: NamesDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    student = await desk.student()
    notes_of = NoteBook(desk.directory.database, desk.directory.keystore)
    keys = await desk.directory.keystore.ensure([student])

    async def known(_: Any) -> dict[str, bytes]:
        return keys

    await desk.directory.erase(student, desk.now)
    monkeypatch.setattr(desk.directory.keystore, "ensure", known)
    note = Note(drawn(1), Kind.NOTE, "text/plain", b"x")
    assert await notes_of.write(student, note, caller="c", office="/nation", at=desk.now) is Writing.NO_KEY
