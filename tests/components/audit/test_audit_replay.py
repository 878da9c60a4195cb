"""The counts as a document: an area, its next level, and no fact left out."""

import json
from typing import Any

import pytest

from services.reporting.audit.console.tables import breakdown
from services.reporting.audit.recount import Recount, open_database
from services.reporting.audit.replay import counts_document
from services.reporting.audit.sources.areas import UnknownArea, county_names, find_area, load_areas
from tests.components.audit.audit_count import ANYWHERE
from tests.components.reporting.oversight_facts import cleared, flagged, rechecked, sampled
from tests.components.reporting.written_facts import Written, case_fact, child_file, fact, grant, lying, relief_fact, standing

OUT = standing("dropped_out", poor=True)
RECORD = lying(
    fact("listed", None, OUT, 1),
    fact("listed", None, OUT, 2),
    fact("returned", OUT, standing("returned", poor=True), 3),
    fact("listed", None, standing("never_enrolled", "513401", stage=None, reason="distance"), 4),
    fact("listed", None, standing("dropped_out", "110101"), 5),
    fact("listed", None, standing("enrolled", "620200"), 6),
    fact("listed", None, standing("dropped_out", "660000"), 7),
    fact("listed", None, standing("dropped_out", "220381"), 8),
)


def document(area: str, records: list[Written] = RECORD) -> dict[str, Any]:
    with open_database() as database:
        load_areas(database)
        recount = Recount(database, bounds=ANYWHERE)
        recount.add(records)
        totals = recount.finish()
        return counts_document(database, find_area(database, area), {0: len(records)}, totals)


AID = lying(
    *(record.value for record in RECORD),
    case_fact("opened", None, child_file("open", due="2020-03-01"), 1),
    case_fact("opened", None, child_file("persuading", "110101", reason="illness", due="2020-02-29"), 2),
    case_fact("opened", None, child_file("returned", due="2020-02-01"), 3),
    case_fact("opened", None, child_file("closed", "999999", due="2020-02-01"), 4),
    relief_fact("granted", None, grant("due", fen=31_250), 1),
    relief_fact("paid", grant("due", "110101", fen=25_000), grant("paid", "110101", fen=25_000), 2),
)
"""The same record with files and grants. The newest event is of 1 March 2020."""


def test_files_and_grants_are_shown_as_the_api_shows_them() -> None:
    nation = document("100000", AID)
    assert nation["cases"]["by_state"] == {"open": 1, "persuading": 1, "returned": 1, "closing": 0, "closed": 1}
    assert {reason: n for reason, n in nation["cases"]["by_reason"].items() if n} == {"work": 2, "illness": 1}
    assert (len(nation["cases"]["by_reason"]), nation["cases"]["overdue"]) == (10, 2)
    nothing = {"grants": 0, "fen": 0}
    # The counts of a record that begins in the middle may be negative, and are shown so.
    assert nation["relief"] == {
        "living_subsidy": {"due": {"grants": 0, "fen": 6_250}, "suspended": nothing, "paid": {"grants": 1, "fen": 25_000}, "ended": nothing}
    }
    json.dumps(nation)


def test_the_next_level_has_its_files_and_grants_too() -> None:
    by_code = {child["code"]: child for child in document("100000", AID)["children"]}
    assert (by_code["510000"]["cases_open"], by_code["510000"]["overdue"], by_code["110000"]["overdue"]) == (1, 1, 1)
    assert by_code["110000"]["relief"]["living_subsidy"]["paid"] == {"grants": 1, "fen": 25_000}
    assert (by_code["310000"]["cases_open"], by_code["310000"]["overdue"]) == (0, 0)
    # The only fact with a code that is in no table is a file, and it is not lost.
    assert by_code[""]["cases"]["by_state"]["closed"] == 1


def test_files_and_grants_of_a_county_are_its_own() -> None:
    county = document("513431", AID)
    assert county["cases"]["by_state"] == {"open": 1, "persuading": 0, "returned": 1, "closing": 0, "closed": 0}
    assert county["relief"]["living_subsidy"]["due"] == {"grants": 1, "fen": 31_250}


def test_flags_and_samples_are_shown_as_the_api_shows_them_and_of_the_next_level_too() -> None:
    facts = [flagged(1), cleared(2), flagged(3, county="110101"), sampled(4, size=3), rechecked(5, "not_in_school"), flagged(6, county="999999")]
    nation = document("100000", lying(*facts))
    assert nation["flags"]["no_seat"] == {"open": 2, "cleared": 1, "confirmed": 0}
    assert nation["samples"]["files"] == 3
    assert {finding: n for finding, n in nation["samples"]["found"].items() if n} == {"not_in_school": 1}
    by_code = {child["code"]: child for child in nation["children"]}
    assert (by_code["110000"]["flags"]["no_seat"]["open"], by_code["510000"]["flags"]["no_seat"]["cleared"]) == (1, 1)
    assert by_code[""]["flags"]["no_seat"]["open"] == 1, "a flag with a code that is in no table is not lost"
    columns = breakdown(nation, "flags"), breakdown(nation, "samples")
    assert columns[0] == {"no_seat open": 2, "no_seat cleared": 1, "no_seat confirmed": 0}
    assert (columns[1]["drawn"], columns[1]["not_in_school"]) == (1, 1)


def test_an_empty_record_has_no_file_overdue() -> None:
    assert document("100000", [])["cases"]["overdue"] == 0


def children(of: dict[str, Any], figure: str = "out_of_school") -> dict[str, int]:
    return {child["code"]: child[figure] for child in of["children"] if child["reporting"]}


def test_the_nation_is_its_provinces_and_the_corps() -> None:
    nation = document("100000")
    assert nation["area"] == {"code": "100000", "name": "全国", "level": "nation"}
    assert len(nation["children"]) == 32
    assert children(nation) == {"110000": 1, "220000": 1, "510000": 2, "620000": 0, "660000": 1}
    assert nation["out_of_school"] == 5
    assert nation["poor"] == 1
    assert nation["by_status"] == {"dropped_out": 4, "never_enrolled": 1, "returned": 1, "enrolled": 1}
    assert nation["by_reason"] == {"work": 4, "distance": 1}
    assert nation["by_stage"] == {"junior": 4, "none": 1}
    assert nation["by_flow"] == {"opening": 6, "returned": 1}
    assert nation["as_of"] == {"offsets": {"0": 8}, "event_time": "2020-03-01T12:00:00+08:00", "recorded_time": "2020-03-01T12:00:00+08:00"}
    assert nation["coverage"] == {"reporting": 6}
    json.dumps(nation)


@pytest.mark.parametrize(
    ("area", "level", "total", "parts"),
    [
        ("510000", "province", 2, {"513400": 2}),
        ("513400", "prefecture", 2, {"513431": 1, "513401": 1}),
        ("513431", "county", 1, {}),
        ("110000", "province", 1, {"110101": 1}),
        ("620000", "province", 0, {"620200": 0}),
        ("620200", "county", 0, {}),
        ("660000", "county", 1, {}),
        ("watch52", "list", 1, {"513431": 1}),
        ("sanqu", "list", 2, {"513431": 1, "513401": 1}),
        # A code that ended in 2020 stays in the area where it was.
        ("220300", "prefecture", 1, {"220381": 1}),
    ],
)
def test_every_area_is_the_sum_of_its_next_level(area: str, level: str, total: int, parts: dict[str, int]) -> None:
    found = document(area)
    assert (found["area"]["level"], found["out_of_school"], children(found)) == (level, total, parts)


def test_a_list_has_all_its_counties() -> None:
    assert len(document("watch52")["children"]) == 52


def test_a_silent_part_is_not_a_part_with_none() -> None:
    by_code = {child["code"]: child for child in document("100000")["children"]}
    assert (by_code["620000"]["reporting"], by_code["620000"]["out_of_school"]) == (1, 0)
    assert by_code["310000"]["reporting"] == 0


def test_a_code_in_no_table_counts_in_the_nation() -> None:
    nation = document("100000", lying(fact("listed", None, standing("dropped_out", "999999"), 1), fact("listed", None, OUT, 2)))
    assert nation["out_of_school"] == 2
    assert [(child["code"], child["name"], child["out_of_school"]) for child in nation["children"]][-1] == ("", "codes in no table", 1)
    assert sum(child["out_of_school"] for child in nation["children"]) == 2


def test_an_area_that_is_none_is_refused_with_what_would_do() -> None:
    with open_database() as database:
        load_areas(database)
        with pytest.raises(UnknownArea, match="'china' is no area: take 100000"):
            find_area(database, "china")


def test_every_county_of_both_tables_has_a_name() -> None:
    with open_database() as database:
        load_areas(database)
        names = county_names(database)
        counties = database.execute("SELECT count(*) FROM areas WHERE level = 'county'").fetchall()
    assert names["513431"] == "昭觉县"
    assert names["632321"] == "同仁县"
    assert names["632301"] == "同仁市"
    # 2,846 counties of the first table, the five cities that are their own county, the corps, and seven new codes of the second table.
    assert counties == [(2846 + 5 + 1 + 7,)]
