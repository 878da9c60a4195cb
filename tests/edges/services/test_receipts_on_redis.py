"""Receipts and idempotency keys: the worker's own store writes outcomes."""

import json
from collections.abc import Mapping

import pytest

from services.enrolment.intake.receipts import BLANK, REFUSED, Receipt, ReceiptLine, ReceiptStore, RefusedLine
from shared.deciding.states.outcomes import Outcome
from shared.deciding.states.state_store import StateStore
from shared.http.idempotency import Answer, Claim, IdempotencyStore, KeyedRequest
from shared.http.problems import Problem
from shared.redis.edge import Redis

DAYS_90 = 90 * 86_400


@pytest.fixture
def receipts(redis: Redis) -> ReceiptStore:
    return ReceiptStore(redis, keep=DAYS_90, page=3)


async def judged(redis: Redis, partition: int, first: int, letters: bytes, exceptions: Mapping[int, Mapping[str, str]] | None = None) -> None:
    """What the worker writes of the reports from an offset on."""
    kept = [(offset, json.dumps(exception).encode()) for offset, exception in (exceptions or {}).items()]
    store = StateStore(redis, "enrolment", generation="1", buckets=8, format_version=1)
    if (await store.cursors([partition]))[partition] is None:
        await store.rebuilding(partition)
        await store.finish_rebuilding(partition, 0, first)
    assert await store.apply(partition, first, first + len(letters), [], outcomes=letters, exceptions=kept) == first + len(letters)


def counts(receipt: Receipt | None) -> dict[str, int]:
    """The counts of a receipt that are not nought."""
    assert receipt is not None
    return {outcome: number for outcome in Outcome if (number := getattr(receipt, outcome))}


async def test_a_batch_that_nobody_sent_has_no_receipt(receipts: ReceiptStore) -> None:
    assert await receipts.get("nobody's", owner="us") is None


async def test_a_batch_that_the_worker_has_not_seen_is_pending(receipts: ReceiptStore) -> None:
    await receipts.put("b", 3, bytes([0, 1, 0]), {0: 7, 1: 0}, [], owner="us")
    assert await receipts.get("b", owner="us") == Receipt("b", 3, refused=0, pending=3, accepted=0, late=0, duplicate=0, lines=[], next=None)


async def test_outcomes_are_told_by_line_across_partitions_with_blank_and_refused_lines_between(redis: Redis, receipts: ReceiptStore) -> None:
    where = bytes([2, BLANK, 0, REFUSED, 2, 0, 2, 2])
    refused = [RefusedLine(4, None, "malformed", "time", "rule")]
    await receipts.put("b", 7, where, {2: 100, 0: 5}, refused, owner="us")
    await judged(redis, 2, 100, b"adl", {101: {"id": "e"}, 102: {"id": "g"}})
    await judged(redis, 0, 5, b"ra", {5: {"id": "c", "code": "unknown_student", "field": "subject", "detail": "why"}})
    receipt = await receipts.get("b", owner="us")
    assert receipt is not None
    assert counts(receipt) == {"pending": 1, "accepted": 2, "late": 1, "duplicate": 1, "refused": 2}
    assert receipt.lines == [
        ReceiptLine(3, "c", Outcome.REFUSED, "unknown_student", "subject", "why"),
        ReceiptLine(4, None, Outcome.REFUSED, "malformed", "time", "rule"),
        ReceiptLine(5, "e", Outcome.DUPLICATE),
    ]
    assert receipt.next == 5
    last = await receipts.get("b", after=receipt.next, owner="us")
    assert last is not None
    assert (last.lines, last.next) == ([ReceiptLine(7, "g", Outcome.LATE)], None)
    assert counts(last) == counts(receipt)


async def test_reports_of_other_batches_beside_it_are_not_told(redis: Redis, receipts: ReceiptStore) -> None:
    await judged(redis, 0, 9, b"drdr", {9: {"id": "x"}, 10: {"id": "x"}, 11: {"id": "mine"}, 12: {"id": "x"}})
    await receipts.put("b", 1, bytes([0]), {0: 11}, [], owner="us")
    receipt = await receipts.get("b", owner="us")
    assert receipt is not None
    assert (counts(receipt), receipt.lines) == ({"duplicate": 1}, [ReceiptLine(1, "mine", Outcome.DUPLICATE)])


async def test_a_batch_may_lie_across_chunks_of_outcomes(redis: Redis, receipts: ReceiptStore) -> None:
    await receipts.put("b", 6, bytes([0] * 6), {0: 65_533}, [], owner="us")
    exceptions = {65_534: {"id": "i"}, 65_535: {"id": "j", "code": "after_removal", "field": "type", "detail": "why"}}
    await judged(redis, 0, 65_533, b"adraa" + b"\0" + b"llllll", exceptions)
    receipt = await receipts.get("b", owner="us")
    assert receipt is not None
    assert counts(receipt) == {"pending": 1, "accepted": 3, "duplicate": 1, "refused": 1}
    assert [(line.line, line.id, line.outcome) for line in receipt.lines] == [(2, "i", "duplicate"), (3, "j", "refused")]


async def test_a_whole_chunk_that_was_never_written_is_pending_between_two_that_were(redis: Redis, receipts: ReceiptStore) -> None:
    await receipts.put("b", 131_074, bytes(131_074), {0: 65_535}, [], owner="us")
    await judged(redis, 0, 65_535, b"a")
    assert counts(await receipts.get("b", owner="us")) == {"pending": 131_073, "accepted": 1}


async def test_what_became_a_dead_letter_is_refused_as_malformed(redis: Redis, receipts: ReceiptStore) -> None:
    await receipts.put("b", 1, bytes([1]), {1: 0}, [], owner="us")
    await judged(redis, 1, 0, b"x")
    receipt = await receipts.get("b", owner="us")
    assert receipt is not None
    assert [(line.line, line.id, line.outcome, line.code, line.field) for line in receipt.lines] == [(1, None, "refused", "malformed", None)]


@pytest.mark.parametrize(
    ("outcome", "lines"), [("pending", [5]), ("accepted", [1]), ("late", [2]), ("duplicate", [3]), ("refused", [4, 6]), (None, [2, 3, 4])]
)
async def test_the_lines_of_one_outcome_can_be_chosen(redis: Redis, receipts: ReceiptStore, outcome: str | None, lines: list[int]) -> None:
    await receipts.put("b", 6, bytes([0, 0, 0, 0, 0, REFUSED, BLANK]), {0: 0}, [RefusedLine(6, None, "malformed", None, "rule")], owner="us")
    await judged(redis, 0, 0, b"aldr", {n: {"id": f"{n}"} for n in (1, 2, 3)})
    receipt = await receipts.get("b", outcome=Outcome(outcome) if outcome else None, owner="us")
    assert receipt is not None
    assert [line.line for line in receipt.lines] == lines
    assert all(line.outcome == outcome for line in receipt.lines if outcome)


async def test_pages_follow_one_another_to_the_end_without_a_gap_or_a_repeat(receipts: ReceiptStore) -> None:
    refused = [RefusedLine(n, f"r-{n}", "unknown_county", "data.county", "rule") for n in range(1, 5_001, 2)]
    await receipts.put("b", 5_000, bytes([REFUSED, 0] * 2_500), {0: 0}, refused, owner="us")
    seen, after = [], 0
    while True:
        page = await receipts.get("b", after=after, owner="us")
        assert page is not None
        assert len(page.lines) <= 3
        seen += [(line.line, line.id) for line in page.lines]
        if page.next is None:
            break
        after = page.next
        assert after == page.lines[-1].line
        if len(seen) > 60:
            after = max(after, 4_900)
    assert seen[:3] == [(1, "r-1"), (3, "r-3"), (5, "r-5")]
    assert seen[-2:] == [(4_997, "r-4997"), (4_999, "r-4999")]
    assert len(seen) == len(set(seen))


async def test_a_receipt_costs_less_than_a_byte_a_report_and_goes_after_its_days(redis: Redis, operator: Redis, receipts: ReceiptStore) -> None:
    where = bytes((n * n + n // 7) % 12 for n in range(50_000))
    await receipts.put("b", 50_000, where, dict.fromkeys(range(12), 0), [], owner="us")
    (kept,) = await redis.hmget("enrolment:receipt:b", ["where"])
    assert len(kept or b"") < 50_000
    assert DAYS_90 - 60 < await operator.ttl("enrolment:receipt:b") <= DAYS_90


# --- idempotency keys


@pytest.fixture
def idempotency(redis: Redis) -> IdempotencyStore:
    return IdempotencyStore(redis, "enrolment", keep=86_400, lease=60)


ANSWER = Answer(202, "application/json", {"Location": "/v1/receipts/b"}, b"{}")


def keyed(digest: bytes, sender: str = "/provinces/51") -> KeyedRequest:
    return KeyedRequest(sender, "k", digest)


async def claimed(idempotency: IdempotencyStore, digest: bytes = b"body") -> Claim:
    claim = await idempotency.claim(keyed(digest))
    assert isinstance(claim, Claim)
    return claim


async def refused(idempotency: IdempotencyStore, digest: bytes) -> str:
    with pytest.raises(Problem) as caught:
        await idempotency.claim(keyed(digest))
    assert caught.value.status == 409
    return caught.value.kind


async def test_a_key_is_claimed_once_and_then_answers(redis: Redis, operator: Redis, idempotency: IdempotencyStore) -> None:
    claim = await claimed(idempotency)
    assert 0 < await operator.ttl(claim.name) <= 60
    assert (await refused(idempotency, b"body"), await refused(idempotency, b"other")) == ("in-progress", "other-body")
    await idempotency.complete(claim, ANSWER)
    assert await idempotency.claim(keyed(b"body")) == ANSWER
    assert await refused(idempotency, b"other") == "other-body"
    assert 86_000 < await operator.ttl(claim.name) <= 86_400


async def test_a_key_that_was_released_can_be_claimed_again(idempotency: IdempotencyStore) -> None:
    await idempotency.release(await claimed(idempotency))
    assert await claimed(idempotency, b"other")


async def test_a_claim_that_expired_neither_settles_nor_releases_what_another_has(redis: Redis, idempotency: IdempotencyStore) -> None:
    claim = await claimed(idempotency)
    await redis.set(claim.name, b"another's")
    await idempotency.complete(claim, ANSWER)
    await idempotency.release(claim)
    assert await redis.get(claim.name) == b"another's"
