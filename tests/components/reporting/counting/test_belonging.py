"""Facts that somebody else wrote: each kind is a dead letter with its reason, counts nothing, and the honest facts behind it count."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pytest

from services.reporting.audit.definition import belonging as by_sql
from services.reporting.audit.sources.log import Bounds
from services.reporting.counting import Changes, fold
from shared.contracts.refusal import DeadReason
from shared.events.dead_letters import Foreign
from shared.log.belonging import INPUT_TOPICS, Known, Stale, judge_of
from shared.log.partitioner import partition_of
from tests.components.audit.audit_count import counted
from tests.components.reporting.counted_facts import Laid
from tests.components.reporting.written_facts import CHILD, event, id_at, moved_to, standing, statement

PARTITIONS, END = 12, 100
P = partition_of(CHILD.encode(), PARTITIONS)
OUT = standing("dropped_out")
OTHER = next(child for n in range(100) if partition_of((child := f"{n:032x}").encode(), PARTITIONS) != P)
"""A child of another partition."""
COUNTY = next(code for n in range(100) if partition_of((code := f"5134{n:02d}").encode(), PARTITIONS) == P)
KNOWN = Known(P, PARTITIONS, dict.fromkeys(INPUT_TOPICS, f"{END:016d}-"), {})
HUGE = 9_999_999_999


def listed(n: int, **more: Any) -> bytes:
    """An honest fact of the child, or one whose attributes are replaced; its id is that of its sequence unless another is named."""
    subject, source = more.pop("subject", CHILD), more.pop("source", "/enrolment")
    sequence = more.get("sequence", f"{n:016d}-0000")
    data = {"before": None, "after": OUT}
    more = {"id": id_at(source, sequence, P), **more}
    return event(more.pop("type", "cn.baoxue.student.listed.v1"), subject, n, data, source=source, **more)


FORGED: dict[DeadReason, list[tuple[bytes, bytes | None]]] = {
    DeadReason.KEY: [
        (listed(50, partitionkey=OTHER), CHILD.encode()),
        (listed(50, subject=OTHER, partitionkey=OTHER), CHILD.encode()),
        (listed(50), None),
        (listed(50, subject=COUNTY), COUNTY.encode()),
    ],
    DeadReason.PARTITION: [(listed(50, subject=OTHER), OTHER.encode())],
    DeadReason.SOURCE: [
        (listed(50, source="/case"), CHILD.encode()),
        (listed(50, source="/provinces/51"), CHILD.encode()),
        (listed(50, type="cn.baoxue.figure.released.v1"), CHILD.encode()),
        (listed(50, source="/reporting"), CHILD.encode()),
    ],
    DeadReason.ID: [
        (listed(50, id="0e0f3b0a-1111-5111-8111-0123456789ab"), CHILD.encode()),
        (listed(50, id=id_at("/enrolment", f"{50:016d}-0000", P + 1)), CHILD.encode()),
        (listed(50, id=id_at("/enrolment", f"{50:016d}-0001", P)), CHILD.encode()),
        (listed(50, id=id_at("/case", f"{50:016d}-0000", P)), CHILD.encode()),
    ],
    DeadReason.BEYOND: [
        (listed(HUGE), CHILD.encode()),
        (listed(END), CHILD.encode()),
        (listed(END, sequence=f"{END:016d}-9999"), CHILD.encode()),
        (listed(1, sequence="0922337203685477-5807"), CHILD.encode()),
    ],
    DeadReason.UNREADABLE: [
        (listed(50, id=7), CHILD.encode()),
        (listed(50, partitionkey=None), CHILD.encode()),
        (listed(50, sequence="9999999999999999-9999", id="x"), CHILD.encode()),
        (listed(50, sequence=f"{50:016d}-10000", id="x"), CHILD.encode()),
    ],
}
KINDS = [(reason, value, key) for reason, kinds in FORGED.items() for value, key in kinds]


def honest(n: int) -> tuple[bytes, bytes]:
    return listed(n), CHILD.encode()


def laid(*pairs: tuple[bytes | None, bytes | None]) -> list[Laid]:
    return [Laid(offset, value, key) for offset, (value, key) in enumerate(pairs)]


def judged(*pairs: tuple[bytes | None, bytes | None], known: Known = KNOWN, asked: bool = True) -> Changes:
    records = laid(*pairs)
    return fold(records, {}, judge_of(known, records, asked=asked))


class InPartition(Laid):
    partition = P


def by_audit(*pairs: tuple[bytes | None, bytes | None], chunk: int, beyond: Sequence[tuple[int, int, str]] = ()) -> dict[str, list[tuple[int, int]]]:
    """What the audit finds, with the number that it counts as dropped out under ``count``."""
    bounds = Bounds(PARTITIONS, {source: {P: END} for source in INPUT_TOPICS}, beyond)
    done = counted([InPartition(r.offset, r.value, r.key) for r in laid(*pairs)], chunk=chunk, bounds=bounds)  # type: ignore[misc]
    found = {problem: places for problem, (_, places) in done.findings.items()}
    return {**found, "count": [(done.of("513431").get("status.dropped_out", 0), done.totals.repeats)]}


@pytest.mark.parametrize(("reason", "value", "key"), KINDS)
def test_a_forged_fact_is_dead_and_blinds_nobody(reason: DeadReason, value: bytes, key: bytes | None) -> None:
    changes = judged(honest(0), (value, key), honest(1), honest(3), honest(60))
    assert [(r.offset, error.reason if isinstance(error, Foreign) else DeadReason.UNREADABLE) for r, error in changes.dead] == [(1, reason)]
    assert (changes.cells["513431:status.dropped_out"], changes.repeats) == (4, 0)
    assert changes.sequences == {"/enrolment": f"{60:016d}-0000"}


@pytest.mark.parametrize("chunk", [1, 1000])
def test_the_audit_names_each_kind_and_counts_the_same(chunk: int) -> None:
    for reason, value, key in KINDS:
        found = by_audit(honest(0), (value, key), honest(1), honest(3), honest(60), chunk=chunk)
        named = {"unreadable", "malformed sequence"} if reason is DeadReason.UNREADABLE else {reason.value}
        assert found.pop("count") == [(4, 0)], (reason, value)
        assert set(found) <= named, (reason, value)
        assert list(found.values()) == [[(P, 1)]], (reason, value)


def test_all_kinds_at_once_between_honest_facts_leave_what_the_honest_ones_add_up_to() -> None:
    pairs: list[tuple[bytes | None, bytes | None]] = []
    for n, (_, value, key) in enumerate(KINDS):
        pairs += [honest(n), (value, key)]
    changes = judged(*pairs)
    assert (len(changes.dead), changes.repeats, changes.cells["513431:status.dropped_out"]) == (len(KINDS), 0, len(KINDS))
    found = by_audit(*pairs, chunk=7)
    assert found.pop("count") == [(len(KINDS), 0)]
    assert sum(len(places) for places in found.values()) >= len(FORGED)


def test_a_fact_that_follows_directly_needs_no_look_at_its_id_and_one_that_jumps_does() -> None:
    """Only a fact that jumps over inputs could hide the facts of others."""
    odd = "0e0f3b0a-1111-5111-8111-0123456789ab"
    pairs = [(listed(0, id=odd), CHILD.encode()), (listed(1, id=odd), CHILD.encode()), (listed(3, id=odd), CHILD.encode()), honest(4)]
    changes = judged(*pairs)
    assert [r.offset for r, _ in changes.dead] == [2]
    assert by_audit(*pairs, chunk=1000) == {DeadReason.ID.value: [(P, 2)], "count": [(3, 0)]}
    assert by_audit(*pairs, chunk=1) == {DeadReason.ID.value: [(P, 2)], "count": [(3, 0)]}


def test_a_statement_of_a_county_and_the_facts_of_all_services_belong() -> None:
    value = moved_to(P, statement(COUNTY, 5, 3))
    assert judged((value, COUNTY.encode())).dead == []
    assert by_audit((value, COUNTY.encode()), chunk=9) == {"count": [(0, 0)]}


SCHOOLS = [f"51343100{n:02d}" for n in range(100)]


def of_school(code: str, n: int, **more: Any) -> tuple[bytes, bytes]:
    """A statement of a school's places, under its key."""
    data = {"county": "513431", "term": "2020-autumn", "seats": n, "beds": 0}
    id_ = id_at("/enrolment", f"{n:016d}-0000", P)
    return event("cn.baoxue.school.places-stated.v1", code, n, data, source="/enrolment", id=id_, **more), code.encode()


def test_the_facts_of_schools_belong_in_the_partitions_of_their_codes_and_in_no_others() -> None:
    pairs = [of_school(code, n) for n, code in enumerate(SCHOOLS)]
    astray = [n for n, code in enumerate(SCHOOLS) if partition_of(code.encode(), PARTITIONS) != P]
    assert 0 < len(astray) < len(SCHOOLS)
    assert [r.offset for r, _ in judged(*pairs).dead] == astray
    assert by_audit(*pairs, chunk=9)[DeadReason.PARTITION.value] == [(P, n) for n in astray][:5]


def test_a_fact_of_a_school_under_another_key_than_a_schools_is_dead() -> None:
    for key in (CHILD, COUNTY):
        assert [error.reason for _, error in judged(of_school(key, 1)).dead if isinstance(error, Foreign)] == [DeadReason.KEY]
        assert by_audit(of_school(key, 1), chunk=9)[DeadReason.KEY.value] == [(P, 0)]


def test_beyond_ends_that_are_not_of_now_nothing_is_judged() -> None:
    with pytest.raises(Stale):
        judged(honest(END), asked=False)
    assert judged(honest(END - 1), asked=False).dead == []


def test_what_was_found_beyond_stays_dead_when_its_input_exists_one_day() -> None:
    early = listed(70)
    letter = (P, 1, sha256(early).hexdigest())
    pairs = [honest(0), (early, CHILD.encode()), honest(1), honest(70)]
    assert judged(*pairs).repeats == 2, "without the letter the honest facts would be hidden"
    changes = judged(*pairs, known=KNOWN._replace(beyond={1: letter[2]}))
    assert ([r.offset for r, _ in changes.dead], changes.repeats) == ([1], 0)
    assert by_audit(*pairs, chunk=2, beyond=[letter]) == {DeadReason.BEYOND.value: [(P, 1)], "count": [(3, 0)]}


def test_a_letter_of_other_bytes_takes_nothing_away() -> None:
    pairs = [honest(0), honest(1)]
    assert judged(*pairs, known=KNOWN._replace(beyond={1: "0" * 64})).dead == []
    assert by_audit(*pairs, chunk=2, beyond=[(P, 1, "0" * 64)]) == {"count": [(2, 0)]}


def test_the_audit_uses_the_words_of_the_dead_letters() -> None:
    ours = {by_sql.KEY, by_sql.PARTITION, by_sql.SOURCE, by_sql.ID, by_sql.BEYOND}
    assert ours == {reason.value for reason in DeadReason} - {"unreadable", "unknown type"}


def test_a_forged_fact_of_a_newer_version_stops_nobody() -> None:
    newer = json.loads(listed(HUGE)) | {"type": "cn.baoxue.student.listed.v99"}
    assert [error.reason for _, error in judged(honest(0), (json.dumps(newer).encode(), CHILD.encode())).dead if isinstance(error, Foreign)] == [
        DeadReason.BEYOND
    ]
