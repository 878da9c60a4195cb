"""The demo writes the names of its county into the directory, in batches, each child once."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest
from msgspec import json

from deploy.demo.history.named import NamedCounty
from deploy.demo.playing.names import NamesRefused, NameWriter
from deploy.demo.playing.retrying import Answer
from services.enrolment.children.child_checker import ChildChecker, Sender
from services.enrolment.directory.directory import Entry
from services.enrolment.directory.student_ids import StudentKey, StudentKeys
from shared.geography.divisions import divisions

KEY = StudentKey(1, date(2000, 1, 1), hashlib.sha256(b"of the tests").digest())


class Enrolment:
    """What is asked of enrolment's api."""

    def __init__(self, refuses: int = 0) -> None:
        self.bodies: list[list[bytes]] = []
        self._refuses = refuses

    async def ask(self, _method: str, _url: str, *, body: bytes, headers: Any) -> Answer:
        assert headers == {"content-type": "application/x-ndjson"}
        self.bodies.append(body.split(b"\n"))
        return Answer(200, json.encode({"written": len(self.bodies[-1]) - self._refuses, "refused": self._refuses}))


def writer(enrolment: Enrolment, children: int) -> NameWriter:
    named = NamedCounty(KEY.id_of)
    for number in range(children):
        for _ in range(2):
            named.digest_of(b"o", number % 2, number, bytes(32))
    return NameWriter(named, enrolment, enrolment_url="http://enrolment")  # type: ignore[arg-type]  # asked alike


async def test_names_are_written_in_batches_and_the_rest_at_the_end() -> None:
    enrolment = Enrolment()
    names = writer(enrolment, 1_200)
    await names.write()
    assert [len(body) for body in enrolment.bodies] == [500, 500]
    await names.write(all_=True)
    await names.write(all_=True)
    assert ([len(body) for body in enrolment.bodies], names.written) == ([500, 500, 200], 1_200)


async def test_enrolment_takes_each_of_them_under_the_id_of_its_reports() -> None:
    enrolment, named = Enrolment(), NamedCounty(KEY.id_of)
    ids = [
        named.digest_of(letter, household, number, bytes(32))[:16].hex()
        for letter in (b"o", b"n", b"d")
        for household in (0, 1)
        for number in range(40)
    ]
    await NameWriter(named, enrolment, enrolment_url="").write(all_=True)  # type: ignore[arg-type]  # asked alike
    checker, sender = ChildChecker(divisions(), longest=16 << 10), Sender(frozenset({"513431"}), date(2020, 6, 14))
    written = [checker.check(line, StudentKeys([KEY]), sender) for line in enrolment.bodies[0]]
    assert [each.ids for each in written if isinstance(each, Entry)] == [(id_,) for id_ in ids]


async def test_a_name_that_is_refused_ends_the_play_and_says_so() -> None:
    with pytest.raises(NamesRefused, match="513431"):
        await writer(Enrolment(refuses=1), 3).write(all_=True)
