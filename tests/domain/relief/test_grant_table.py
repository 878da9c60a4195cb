"""Every command asked of a grant in every state, as ``grants_table.md`` has it."""

from pathlib import Path

import pytest

from shared.calendar.terms import number_of
from shared.contracts.refusal import RefusalCode
from shared.contracts.relief import GrantState, MergeAidCommand, MergedAidFact
from shared.contracts.relief_language import RELIEF_COMMANDS, RELIEF_FACTS
from tests.domain.relief.grants import (
    AUTUMN,
    BUTUO,
    OFFICE,
    ZHAOJUE,
    Command,
    Told,
    begun,
    boards,
    changed,
    dropped_out,
    given,
    in_school,
    left,
    lifted,
    moved,
    moved_while_out,
    noted,
    paid,
    referred,
    restored,
    restored_while_out,
    returned,
)

DUE: tuple[Told, ...] = (("2019-09-02", in_school),)
STORIES: dict[str, tuple[Told, ...]] = {
    "nothing": (),
    "eligible": (("2019-03-04", in_school),),
    "due": DUE,
    "suspended": (*DUE, ("2019-10-08", dropped_out)),
    "paid": (*DUE, ("2019-10-20", paid)),
    "ended": (*DUE, ("2019-10-08", left)),
}
ASKED: dict[str, Command] = {
    "grant": in_school,
    "resume": returned,
    "suspend": dropped_out,
    "move, in school": moved,
    "move, out of school": moved_while_out,
    "keep": lifted,
    "end": left,
    "restore, in school": restored,
    "restore, out of school": restored_while_out,
    "note the household": noted,
    "answer a referral": referred,
    "pay": paid,
    "set boarding": boards,
    "begin the term, an office": changed(begun, office=OFFICE),
    "begin the term, an operator": begun,
}
FACTS = {fact.TYPE.split(".")[3]: fact for fact in RELIEF_FACTS if not issubclass(fact, MergedAidFact)}
TERM = number_of(AUTUMN)


def rows() -> dict[tuple[str, str], str]:
    """Read the page: what is done by command and state."""
    page = (Path(__file__).parent / "grants_table.md").read_text("utf-8")
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    head, _, *body = lines
    return {(cells[0], state): cell for cells in body for state, cell in zip(head[1:], cells[1:], strict=True)}


TABLE = rows()


def test_the_page_has_a_row_for_every_command_and_a_column_for_every_state() -> None:
    assert {asked for asked, _ in TABLE} == ASKED.keys()
    # What a merge does to aid depends on both ids: `test_merged_aid.py`.
    assert {type(asked) for asked in ASKED.values()} == {command for command in RELIEF_COMMANDS if not issubclass(command, MergeAidCommand)}
    assert {state for _, state in TABLE} == STORIES.keys() == {"nothing", "eligible", *GrantState}
    assert {cell.partition(":")[0] for cell in TABLE.values()} - {"—", "refused"} == FACTS.keys()


@pytest.mark.parametrize(("asked", "found"), TABLE)
def test_a_pair_of_command_and_state_does_what_the_page_says(asked: str, found: str) -> None:
    outcome = given(*STORIES[found]).when("2019-12-02", ASKED[asked])
    before = outcome.pupil.grant_of(TERM)
    what, _, then = TABLE[asked, found].partition(": ")
    if what == "—":
        outcome.then_nothing()
    elif what == "refused":
        outcome.then_refused(RefusalCode(then), "data.term" if then == "unknown_grant" else "type", found if before else "")
    else:
        after = outcome.left.grant_of(TERM)
        assert (after.state if after else "none") == then
        touched = what not in {"recognised", "lapsed", "household-noted"}
        fact = outcome.then(FACTS[what], before if touched else None, after if touched else None)
        assert touched or before == after
        if touched and asked.startswith("move"):
            assert after is not None
            assert after.county == BUTUO
        elif after is not None:
            assert after.county == ZHAOJUE
        assert (fact.eligible and fact.eligible.county) == (BUTUO if asked == "move, in school" else ZHAOJUE if outcome.left.eligible else None)


@pytest.mark.parametrize(("asked", "found"), TABLE)
def test_the_same_asked_again_changes_nothing(asked: str, found: str) -> None:
    outcome = given(*STORIES[found]).when("2019-12-02", ASKED[asked])
    if outcome.fact is not None:
        again = given(*STORIES[found], ("2019-12-02", ASKED[asked]))
        again.when("2019-12-03", ASKED[asked]).then_nothing()
