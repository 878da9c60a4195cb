"""What counting costs a fact: the fold, of which decoding is a part, and Redis (if one is named; it is emptied).

``python -m bench.counts [redis://127.0.0.1:16379/15]``
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from services.reporting.board import Board
from services.reporting.counts import Changes, fold
from shared.codec import encode, read_counted
from shared.divisions import divisions
from shared.ids import sequence_of
from shared.redis_edge import connect

FACTS = 48_000
REASONS = ("work", "learning", "marriage", "family", "illness")


class _Record(NamedTuple):
    offset: int
    key: bytes
    value: bytes


def _counties(n: int) -> list[str]:
    """Draw counties, some of which have many more children out of school than others."""
    chance = random.Random(1)
    codes = sorted(divisions().counties)
    return chance.choices(codes, [chance.lognormvariate(0, 1) for _ in codes], k=n)


def fact(n: int, county: str, *, opening: bool) -> bytes:
    """Give the n-th of a row of facts: children listed as out of school, or returning."""
    out = {"status": "dropped_out", "county": county, "stage": "junior", "poor": n % 3 == 0, "reason": REASONS[n % 5]}
    back = {"status": "returned", "county": county, "stage": "junior", "poor": n % 3 == 0, "reason": None}
    listed = {"status": "dropped_out", "county": county, "poor": n % 3 == 0, "since": "2018-09-01", "stage": "junior", "reason": REASONS[n % 5]}
    returned = {"school": "5134310001", "stage": "junior", "grade": 8, "placement": "class", "evidence": "visit/2019/17"}
    return encode(
        {
            "specversion": "1.0",
            "id": "0e0f3b0a-1111-5111-8111-0123456789ab",
            "source": "/enrolment",
            "type": "cn.baoxue.student.listed.v1" if opening else "cn.baoxue.student.returned.v1",
            "subject": f"{n:032x}",
            "time": f"2019-{1 + n // 9000 % 12:02d}-{1 + n // 300 % 28:02d}T08:00:00+08:00",
            "recordedtime": "2026-03-02T08:00:00.123456Z",
            "partitionkey": f"{n:032x}",
            "sequence": sequence_of(n, 0),
            "causationid": f"51-{n}",
            "correlationid": f"51-{n}",
            "reportedby": f"/provinces/{county[:2]}",
            "data": {"before": None, "after": out, **listed, "spell": 1} if opening else {"before": out, "after": back, **returned},
        }
    )


def batches(size: int, *, opening: bool) -> list[list[_Record]]:
    """Give batches of facts as a worker gets them."""
    facts = [_Record(n, b"", fact(n, county, opening=opening)) for n, county in enumerate(_counties(FACTS))]
    return [facts[at : at + size] for at in range(0, FACTS, size)]


def _us_a_fact(work: Callable[[list[_Record]], object], of: list[list[_Record]]) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        for batch in of:
            work(batch)
        best = min(best, time.perf_counter() - begin)
    return best / FACTS * 1e6


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
    for name, opening in (("opening ledger", True), ("returns", False)):
        for size in (2_000, 8_000):
            made = batches(size, opening=opening)
            whole, decode = _us_a_fact(lambda batch: fold(batch, {}), made), _us_a_fact(_decode, made)
            line = f"{name:15} batches of {size:,}: fold {whole:.2f} us a fact, of which decoding {decode:.2f}"
            if len(sys.argv) > 1:
                line += f"; Redis {asyncio.run(_redis_us_a_fact(sys.argv[1], size, [fold(batch, {}) for batch in made])):.2f}"
            print(line)


if __name__ == "__main__":
    main()
