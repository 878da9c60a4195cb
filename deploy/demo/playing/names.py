"""Writes the names of the demo's county into the directory, in the name of its province, some hundred at a time, beside the reports."""

import asyncio

from msgspec import Struct, json

from deploy.demo.history.named import COUNTY, NamedChild, NamedCounty
from deploy.demo.playing.retrying import RetryingClient

_AT_ONCE = 500


class NamesRefused(Exception):
    """Enrolment does not take a name. The message says what it says."""


class _Written(Struct):
    written: int
    refused: int


_read = json.Decoder(_Written).decode


class NameWriter:
    """Writes what a history named. ``written``: how many so far."""

    def __init__(self, named: NamedCounty, client: RetryingClient, *, enrolment_url: str) -> None:
        self._named, self._client, self._url = named, client, f"{enrolment_url}/v1/children"
        self._waiting: list[NamedChild] = []
        self._one = asyncio.Lock()
        self.written = 0

    async def write(self, *, all_: bool = False) -> None:
        """Write whole batches of what waits, ``all_``: the rest too. Raises ``NamesRefused`` and ``RetriesExhausted``."""
        async with self._one:
            self._waiting += self._named.take()
            while self._waiting and (all_ or len(self._waiting) >= _AT_ONCE):
                await self._post(self._waiting[:_AT_ONCE])
                del self._waiting[:_AT_ONCE]

    async def _post(self, children: list[NamedChild]) -> None:
        body = b"\n".join(json.encode(_form(child)) for child in children)
        answer = await self._client.ask("POST", self._url, body=body, headers={"content-type": "application/x-ndjson"})
        if answer.status != 200 or (told := _read(answer.body)).refused:
            raise NamesRefused(f"the province is told of the names of {COUNTY}: {answer.said}")
        self.written += told.written


def _form(child: NamedChild) -> dict[str, object]:
    return {
        "name": child.name,
        "birth_date": child.birth_date,
        "county": COUNTY,
        "sex": child.sex,
        "identity_number": child.number,
        "guardians": [{"name": f"{child.name[0]}某", "telephone": "13800000000", "relation": "监护人"}],
        "school": child.school,
    }
