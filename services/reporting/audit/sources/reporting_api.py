"""The answers of the reporting api: one snapshot of every cell, and the counts of an area as screens get them."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import httpx

from services.reporting.audit.sources.log import Offsets
from services.reporting.audit.sources.positions import offsets_of

# CASE and not AND: DuckDB may evaluate the second half of an AND where the first is false, and that raises for a text that is no JSON.
_COUNT_ODD = """
SELECT count(*) FROM answer WHERE coalesce(CASE WHEN json_valid(line) THEN line ->> '$.county' END, '') = ''
"""
_LOAD = """
CREATE OR REPLACE TABLE api_cells AS
WITH answered AS (
    SELECT unnest(from_json(line, '{"county": "VARCHAR", "reported": "VARCHAR", "claimed": "BIGINT", "cells": "MAP(VARCHAR, BIGINT)",
        "flows": "MAP(VARCHAR, MAP(VARCHAR, BIGINT))", "due": "MAP(VARCHAR, BIGINT)"}'))
    FROM answer),
daily AS (SELECT county, unnest(map_keys(flows)) AS day, unnest(map_values(flows)) AS flows FROM answered)
SELECT county, cell, sum(n)::BIGINT AS n FROM (
    SELECT county, unnest(map_keys(cells)) AS cell, unnest(map_values(cells)) AS n FROM answered
    UNION ALL
    SELECT county, 'flow.' || day || '.' || unnest(map_keys(flows)), unnest(map_values(flows)) FROM daily
    UNION ALL
    SELECT county, 'due.' || unnest(map_keys(due)), unnest(map_values(due)) FROM answered)
GROUP BY county, cell HAVING sum(n) <> 0
UNION ALL
SELECT county, 'reported', instant(reported) FROM answered WHERE reported IS NOT NULL
UNION ALL
SELECT county, 'claimed', claimed FROM answered WHERE claimed IS NOT NULL
"""


class AnswerUnreadable(Exception):
    """An answer of the api cannot be read. The message says why, and what mends it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every cell that the api shows, at one vector of offsets. ``counties``: the lines of the answer, a JSON object each."""

    as_of: dict[str, Any]
    offsets: Offsets
    counties: list[str]


class ReportingApi:
    """The reporting api at ``url``. A context manager."""

    def __init__(self, url: str, *, token: str = "", patience: float = 30.0, transport: httpx.BaseTransport | None = None) -> None:
        """``token``: of an auditor, to whom alone the snapshot is shown; what screens get is read as they get it, without one.

        ``patience``: seconds for each step of an answer. ``transport`` replaces the network.
        """
        self.url = url.rstrip("/")
        self._auditor = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(timeout=patience, transport=transport, trust_env=False)

    def __enter__(self) -> "ReportingApi":
        return self

    def __exit__(self, *exception: object) -> None:
        self._client.close()

    def cells(self) -> Snapshot:
        """Read the whole snapshot. Raises ``AnswerUnreadable``."""
        with self._understood("/v1/cells"), self._client.stream("GET", f"{self.url}/v1/cells", headers=self._auditor) as answer:
            _expect_good(answer, f"{self.url}/v1/cells")
            lines = (line for line in answer.iter_lines() if line)
            return read_snapshot(lines)

    def counts(self, area: str) -> dict[str, Any]:
        """Read the counts document of an area. Raises ``AnswerUnreadable``."""
        with self._understood("/v1/counts"):
            answer = self._client.get(f"{self.url}/v1/counts", params={"area": area})
            _expect_good(answer, f"{self.url}/v1/counts?area={area}")
            document = answer.json()
        if not isinstance(document, dict):
            raise AnswerUnreadable(f"{self.url}/v1/counts?area={area} did not answer with a JSON object.")
        return document

    @contextmanager
    def _understood(self, path: str) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AnswerUnreadable(
                f"No answer from {self.url}{path} ({type(error).__name__}: {error}). "
                "Start it with `make up`, or name it with --reporting or REPORTING_URL."
            ) from error
        except ValueError as error:
            raise AnswerUnreadable(f"{self.url}{path} did not answer with JSON: {error}") from error


def read_snapshot(lines: Iterable[str]) -> Snapshot:
    """Read the lines of ``GET /v1/cells``: first the as-of, then a county each. Raises ``AnswerUnreadable``."""
    found = list(lines)
    try:
        as_of = json.loads(found[0])["as_of"]
        offsets = offsets_of(as_of)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise AnswerUnreadable(f"/v1/cells does not begin with its as_of and offsets: {error!r}. Is this the reporting api?") from error
    return Snapshot(as_of, offsets, found[1:])


def load(database: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Make the table ``api_cells`` (county, cell, n) beside the recount's tables. Raises ``AnswerUnreadable`` for a line that is no county."""
    database.execute("CREATE OR REPLACE TEMP TABLE answer (line VARCHAR)")
    with database.appender("answer") as answer:
        answer.append_rows((line,) for line in snapshot.counties)
    ((odd,),) = database.execute(_COUNT_ODD).fetchall()
    if odd:
        raise AnswerUnreadable(f"{odd} of {len(snapshot.counties)} lines of /v1/cells are no county.")
    database.execute(_LOAD)


def _expect_good(answer: httpx.Response, address: str) -> None:
    if answer.status_code == 503:
        raise AnswerUnreadable(f"{address} is not ready (503): it still reads its counts, or has no Redis. Try again; `baoxue doctor` looks.")
    if answer.status_code != 200:
        raise AnswerUnreadable(f"{address} answered {answer.status_code}. Is this the reporting api, and as new as this command?")
