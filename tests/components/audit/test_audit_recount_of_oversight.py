"""The audit's own count of flags, samples and re-checks, compared with sums made by hand."""

import json
from pathlib import Path

import pytest

from services.reporting.audit.definition import oversight as definition
from shared.contracts.flags import FLAG_FACTS, OVERSIGHT_FACTS
from shared.contracts.oversight_codes import Finding, FlagState, Rule
from tests.components.audit.audit_count import counted
from tests.components.reporting.counted_facts import folded
from tests.components.reporting.oversight_facts import BACK, cleared, confirmed, drawn, flagged, oversight, rechecked, sampled
from tests.components.reporting.written_facts import case_fact, child_file, id_at, lying

JINYANG = "513430"
TYPES = (*(fact.TYPE for fact in FLAG_FACTS), *(fact.TYPE for fact in OVERSIGHT_FACTS))
GOLDEN = Path(__file__).parents[2] / "contracts" / "golden"


def test_a_flag_counts_by_its_rule_where_the_hint_is_until_it_is_settled() -> None:
    done = counted(lying(flagged(1, county=JINYANG), flagged(2, "two_seats"), cleared(3, county=JINYANG), confirmed(4, "two_seats"), flagged(5)))
    assert (done.of(JINYANG), done.of("513431")) == ({"flag.no_seat.cleared": 1}, {"flag.two_seats.confirmed": 1, "flag.no_seat.open": 1})
    assert (done.totals.facts, done.totals.covered["case"], done.findings) == (5, 5, {})


def test_a_flag_of_a_county_counts_in_the_county_that_it_is_about() -> None:
    raised = [oversight("flagged", n, JINYANG, rule="burst") for n in (1, 2, 3)]
    done = counted(lying(*raised, oversight("flag-cleared", 4, JINYANG, rule="burst"), oversight("flag-confirmed", 5, JINYANG, rule="burst")))
    assert done.of(JINYANG) == {"flag.burst.open": 1, "flag.burst.cleared": 1, "flag.burst.confirmed": 1}
    assert (done.totals.covered["oversight"], done.totals.passed_over) == (5, {})


def test_samples_draws_and_rechecks_count_by_what_they_say() -> None:
    closed = child_file("closed", due=None)
    done = counted(lying(sampled(1, size=4), sampled(2, size=0), drawn(3), rechecked(4), rechecked(5, "not_in_school", closed, BACK)))
    assert done.of("513431") == {
        "sample.drawn": 2,
        "sample.files": 4,
        "sample.told": 1,
        "recheck.in_school": 1,
        "recheck.not_in_school": 1,
        "case.state.closed": -1,
        "case.state.returned": 1,
        "case.reason.work": 1,
        "due.2020-06-08": 1,
    }


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_repeats_count_nothing_wherever_a_chunk_ends(chunk: int) -> None:
    done = counted(lying(flagged(1), sampled(2), cleared(3), flagged(1), sampled(2), cleared(3)), chunk=chunk)
    assert done.of("513431") == {"flag.no_seat.cleared": 1, "sample.drawn": 1, "sample.files": 4}
    assert done.totals.repeats == 3


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (flagged(1, "no_such_rule"), "malformed flag"),
        (flagged(1, county="51343x"), "malformed flag"),
        (case_fact("flag-cleared", BACK, BACK, 1, county="513431"), "malformed flag"),
        (case_fact("flagged", None, None, 1, rule="no_seat", county="513431"), "malformed file"),
        (rechecked(1, "no_such_finding"), "malformed re-check"),
        (oversight("flagged", 1, rule="no_such_rule"), "malformed flag"),
        (oversight("flag-confirmed", 1, "51343x", rule="burst"), "malformed flag"),
        (oversight("sample-drawn", 1, size=-1), "malformed sample"),
        (oversight("sample-drawn", 1, size="four"), "malformed sample"),
        (oversight("sample-drawn", 1, "51343x", size=4), "malformed sample"),
    ],
)
def test_what_has_no_county_or_no_known_word_counts_nothing(value: bytes, problem: str) -> None:
    done = counted(lying(value))
    assert (done.cells, done.findings) == ({}, {problem: (1, [(0, 0)])})


def test_it_counts_what_the_fold_counts() -> None:
    facts = [flagged(1, "out_again", JINYANG), cleared(2, "out_again", JINYANG), flagged(3), confirmed(4), sampled(5), drawn(6)]
    facts += [rechecked(7, "not_in_school", child_file("closed"), BACK), oversight("flagged", 8, JINYANG, rule="burst"), sampled(9, 0, JINYANG)]
    done = counted(lying(*facts))
    found = {f"{county}:{cell}": n for county in done.cells for cell, n in done.of(county).items() if not cell.startswith("due.")}
    assert found == folded(*facts).cells


def test_the_facts_as_case_writes_them_are_counted_alike() -> None:
    facts = []
    for n, type_ in enumerate(TYPES, 1):
        golden, sequence = json.loads((GOLDEN / f"{type_}.json").read_text("utf-8")), f"{n:016d}-0000"
        facts.append(json.dumps({**golden, "sequence": sequence, "id": id_at("/case", sequence, 0)}).encode())
    done, changes = counted(lying(*facts)), folded(*facts)
    found = {f"{county}:{cell}": n for county in done.cells for cell, n in done.of(county).items() if not cell.startswith("due.")}
    assert (done.findings, changes.dead, found) == ({}, [], changes.cells)
    assert {cell.split(":")[1].split(".")[0] for cell in found} >= {"flag", "sample", "recheck"}


def test_the_definition_knows_every_word_and_every_type() -> None:
    assert (set(definition.RULES), set(definition.FLAG_STATES), set(definition.FINDINGS)) == (set(Rule), set(FlagState), set(Finding))
    sql = "".join((definition.BEGIN, *definition.COUNT))
    assert [type_ for type_ in TYPES if f"'{type_}'" not in sql] == []
    assert [word for word in (*Rule, *Finding) if f"'{word}'" not in sql] == []
