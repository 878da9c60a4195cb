"""The cost of counting a fact: of the fold with its decoding, and of Redis (if one is named; it is emptied).

``python -m bench.counts [redis://127.0.0.1:16379/15]``
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from services.reporting.board.board import Board
from services.reporting.counting import Changes, fold
from services.reporting.counting.counted import read_counted
from shared.contracts.sequence import sequence_of
from shared.events.codec import encode
from shared.geography.divisions import divisions
from shared.ids import uuid5_of_position
from shared.log.belonging import INPUT_TOPICS, Known, judge_of
from shared.redis.edge import connect

FACTS = 48_000
REASONS = ("work", "learning", "marriage", "family", "illness")
_FIRST = date(2019, 1, 1)


class _Record(NamedTuple):
    offset: int
    key: bytes
    value: bytes


def _counties(n: int) -> list[str]:
    """Return random counties, some of which have many more children out of school than others."""
    chance = random.Random(1)
    codes = sorted(divisions().counties)
    return chance.choices(codes, [chance.lognormvariate(0, 1) for _ in codes], k=n)


def opening(n: int, county: str) -> bytes:
    """Return the n-th fact of a series: a child is listed as out of school."""
    listed = {"status": "dropped_out", "county": county, "poor": n % 3 == 0, "since": "2018-09-01", "stage": "junior", "reason": REASONS[n % 5]}
    return _fact("/enrolment", "student.listed", n, county, {"before": None, "after": _out(n, county), **listed, "spell": 1})


def returns(n: int, county: str) -> bytes:
    """Return the n-th fact of a series: a child is back in school."""
    back = {"status": "returned", "county": county, "stage": "junior", "poor": n % 3 == 0, "reason": None}
    returned = {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class", "evidence": "visit/2019/17"}
    return _fact("/enrolment", "student.returned", n, county, {"before": _out(n, county), "after": back, **returned})


def files_opened(n: int, county: str) -> bytes:
    """Return the n-th fact of a series: a file is opened."""
    return _fact("/case", "case.opened", n, county, {"before": None, "after": _file("open", n, county, 7), "fact": sequence_of(n, 0), "spell": 1})


def files_observed(n: int, county: str) -> bytes:
    """Return the n-th fact of a series: a file is put under observation."""
    data = {"before": _file("open", n, county, 7), "after": _file("returned", n, county, 90), "fact": sequence_of(n, 0)}
    return _fact("/case", "case.put-under-observation", n, county, data)


def grants(n: int, county: str) -> bytes:
    """Return the n-th fact of a series: a suspended grant is due again."""
    grant = {"county": county, "scheme": "living_subsidy", "term": "2019-autumn", "stage": "junior", "boarder": n % 2 == 0, "fen": 62_500}
    data = {"before": {"state": "suspended", **grant}, "after": {"state": "due", **grant}, "eligible": None, "boards": n % 2 == 0}
    return _fact("/relief", "relief.resumed", n, county, {**data, "fact": sequence_of(n, 0)})


def flags(n: int, county: str) -> bytes:
    """Return the n-th fact of a series: a rule of the detector was met by a child's file."""
    back, told = _file("returned", n, county, 90), {"rule": "no_seat", "version": 1, "flagged": f"/counties/{county}", "since": "2018-09-01"}
    evidence = [uuid5_of_position(INPUT_TOPICS["/enrolment"], 0, n, 0)]
    data = {"before": back, "after": back, "office": "/nation", **told, "county": county, "day": "2019-03-01", "evidence": evidence, "pieces": 1}
    return _fact("/case", "case.flagged", n, county, {**data, "digest": "0123456789abcdef" * 4})


def _out(n: int, county: str) -> dict[str, Any]:
    return {"status": "dropped_out", "county": county, "stage": "junior", "poor": n % 3 == 0, "reason": REASONS[n % 5]}


def _file(state: str, n: int, county: str, days: int) -> dict[str, Any]:
    due = _FIRST + timedelta(days=n // 300 % 365 + days)
    return {"state": state, "county": county, "reason": REASONS[n % 5], "attempts": n % 3, "due": due.isoformat()}


def _fact(source: str, what: str, n: int, county: str, data: dict[str, Any]) -> bytes:
    return encode(
        {
            "specversion": "1.0",
            "id": uuid5_of_position(INPUT_TOPICS[source], 0, n, 0),
            "source": source,
            "type": f"cn.baoxue.{what}.v1",
            "subject": f"{n:032x}",
            "time": f"{_FIRST + timedelta(days=n // 300 % 365)}T08:00:00+08:00",
            "recordedtime": "2026-03-02T08:00:00.123456Z",
            "partitionkey": f"{n:032x}",
            "sequence": sequence_of(n, 0),
            "causationid": f"51-{n}",
            "correlationid": f"51-{n}",
            "reportedby": f"/provinces/{county[:2]}",
            "data": data,
        }
    )


KINDS = (opening, returns, files_opened, files_observed, grants, flags)


def batches(size: int, make: Callable[[int, str], bytes]) -> list[list[_Record]]:
    """Return batches of facts as a worker receives them."""
    facts = [_Record(n, b"%032x" % n, make(n, county)) for n, county in enumerate(_counties(FACTS))]
    return [facts[at : at + size] for at in range(0, FACTS, size)]


def _us_a_fact(work: Callable[[list[_Record]], object], of: list[list[_Record]]) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        for batch in of:
            work(batch)
        best = min(best, time.process_time() - begin)
    return best / FACTS * 1e6


_KNOWN = Known(0, 1, dict.fromkeys(INPUT_TOPICS, f"{FACTS:016d}-"), {})


def _fold(batch: list[_Record]) -> Changes:
    """Fold a batch as the worker does: each fact is judged, behind the last one of the batch before."""
    last = sequence_of(batch[0].offset - 1, 0) if batch[0].offset else ""
    return fold(batch, dict.fromkeys(INPUT_TOPICS, last), judge_of(_KNOWN, batch, asked=False))


def _unjudged(batch: list[_Record]) -> Changes:
    return fold(batch, {}, lambda *_: None)


def _decode(batch: list[_Record]) -> None:
    for record in batch:
        read_counted(record.value)


async def _redis_us_a_fact(url: str, size: int, folded: list[Changes]) -> float:
    redis, best = connect(url), float("inf")
    board = Board(redis, generation="bench")
    for _ in range(3):
        await redis.flushdb()
        stands = (await board.open(0, FACTS)).next
        before = await redis.info("cpu")
        for changes in folded:
            stands = await board.apply(0, stands, stands + size, changes)
        after = await redis.info("cpu")
        best = min(best, sum(after[name] - before[name] for name in ("used_cpu_user", "used_cpu_sys")))
    await board.close()
    return best / FACTS * 1e6


def main() -> None:
    """Print microseconds of CPU a fact."""
    for make in KINDS:
        for size in (2_000, 8_000):
            made = batches(size, make)
            whole, unjudged, decode = _us_a_fact(_fold, made), _us_a_fact(_unjudged, made), _us_a_fact(_decode, made)
            line = f"{make.__name__:15} batches of {size:,}: fold {whole:.2f} us a fact: decoding {decode:.2f}, judging {whole - unjudged:.2f}"
            if len(sys.argv) > 1:
                line += f"; Redis {asyncio.run(_redis_us_a_fact(sys.argv[1], size, [_fold(batch) for batch in made])):.2f}"
            print(line)


if __name__ == "__main__":
    main()
