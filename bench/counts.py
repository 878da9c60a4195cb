"""What the fold of the counts costs a fact, beside the decoding that is part of it: ``python -m bench.counts``."""

import time
from collections.abc import Callable
from typing import NamedTuple

from services.reporting.counts import fold
from shared.codec import encode, read_counted
from shared.divisions import divisions
from shared.ids import sequence_of

FACTS = 48_000
REASONS = ("work", "learning", "marriage", "family", "illness")


class _Record(NamedTuple):
    offset: int
    value: bytes


def fact(n: int, *, opening: bool) -> bytes:
    """Give the n-th of a row of facts: children listed as out of school, or returning, spread over all counties."""
    counties = sorted(divisions().counties)
    county = counties[n * 7919 % len(counties)]
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
    return [[_Record(n, fact(n, opening=opening)) for n in range(at, at + size)] for at in range(0, FACTS, size)]


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


def main() -> None:
    """Print microseconds a fact; every batch spreads over all counties, which is the costliest it can be."""
    for name, opening in (("opening ledger", True), ("returns", False)):
        for size in (2_000, 8_000):
            made = batches(size, opening=opening)
            whole, decode = _us_a_fact(lambda batch: fold(batch, {}), made), _us_a_fact(_decode, made)
            print(f"{name:15} batches of {size:,}: {whole:.2f} us a fact, of which decoding {decode:.2f}")


if __name__ == "__main__":
    main()
