"""Everything that can be asked of a file in every state, and what comes of it: the table."""

import pytest

from services.case.domain.case import evolve
from shared.contracts.case_language import CASE_COMMANDS
from shared.contracts.refusal import Refusal
from tests.domain.case.case_story import (
    STORIES,
    attempt,
    back,
    confirmed,
    corrected,
    corroborated,
    day,
    declined,
    joined,
    judge,
    law_step,
    merged,
    moved,
    on_leave,
    opened,
    parted,
    plan_change,
    plan_visit,
    proposed,
    removed,
    step,
    told,
    voided,
)
from tests.domain.case.owner_story import disowned, given_to, handed_on, marked_unowned, sent_back, taken_over

ASKED = {
    "open": opened(spell=2),
    "observe-return": back(),
    "move": moved(),
    "correct-reason": corrected(),
    "close-for-removal": removed(),
    "close-for-leave": on_leave(),
    "close-for-merge": merged(),
    "join": joined(),
    "part": parted(),
    "follow-void": voided(),
    "follow-void, out": voided(out=True, spells=1),
    "record-attempt": attempt(),
    "corroborate-return": corroborated(),
    "close-after-return": proposed(),
    "confirm-closing": confirmed(),
    "decline-closing": declined(),
    "record-step": step(),
    "change-plan": plan_change(),
    "take-law-step": law_step(happened=day(2)),
    "take-over": taken_over(),
    "send-back": sent_back(),
    "hand-on": handed_on(),
    "disown": disowned(),
    "mark-unowned": marked_unowned(),
    "give": given_to(),
    "plan-visit": plan_visit(),
}

# A word of the fact's type and the state it leaves; - for nothing, and the code of a refusal.
TABLE = """
asked              | —            | open                           | persuading                     | returned                     | closing                   | closed
open               | opened open  | -                              | -                              | reopened open                | reopened open             | reopened open
observe-return     | -            | put-under-observation returned | put-under-observation returned | -                            | -                         | -
move               | -            | sent open                      | sent persuading                | sent returned                | sent closing              | -
correct-reason     | -            | reason-corrected open          | reason-corrected persuading    | -                            | -                         | -
close-for-removal  | -            | closed-by-removal closed       | closed-by-removal closed       | closed-by-removal closed     | closed-by-removal closed  | -
close-for-leave    | -            | closed-by-leave closed         | closed-by-leave closed         | closed-by-leave closed       | closed-by-leave closed    | -
close-for-merge    | -            | closed-by-merge closed         | closed-by-merge closed         | closed-by-merge closed       | closed-by-merge closed    | -
join               | joined open  | joined open                    | joined persuading              | joined open                  | joined open               | joined open
part               | -            | parted returned                | parted returned                | -                            | -                         | -
follow-void        | -            | closed-by-void closed          | closed-by-void closed          | closed-by-void closed        | closed-by-void closed     | -
follow-void, out   | opened open  | -                              | -                              | resumed ATTEMPTS             | resumed ATTEMPTS          | resumed ATTEMPTS
record-attempt     | unknown_case | attempted persuading           | attempted persuading           | not_allowed_now              | not_allowed_now           | not_allowed_now
corroborate-return | unknown_case | not_allowed_now                | not_allowed_now                | return-corroborated returned | not_allowed_now           | not_allowed_now
close-after-return | unknown_case | not_allowed_now                | not_allowed_now                | corroboration_missing        | not_allowed_now           | not_allowed_now
confirm-closing    | unknown_case | not_allowed_now                | not_allowed_now                | not_allowed_now              | closed-by-return closed   | not_allowed_now
decline-closing    | unknown_case | not_allowed_now                | not_allowed_now                | not_allowed_now              | closing-declined returned | not_allowed_now
record-step        | unknown_case | step-done open                 | step-done persuading           | step-done returned           | step-done closing         | not_allowed_now
change-plan        | unknown_case | plan-changed open              | plan-changed persuading        | plan-changed returned        | plan-changed closing      | not_allowed_now
take-law-step      | unknown_case | attempts_missing               | law-step-taken persuading      | not_allowed_now              | not_allowed_now           | not_allowed_now
take-over          | unknown_case | not_allowed_now                | not_allowed_now                | not_allowed_now              | not_allowed_now           | not_allowed_now
send-back          | unknown_case | not_allowed_now                | not_allowed_now                | not_allowed_now              | not_allowed_now           | not_allowed_now
hand-on            | unknown_case | handed-on open                 | handed-on persuading           | handed-on returned           | handed-on closing         | not_allowed_now
disown             | unknown_case | unowned open                   | unowned persuading             | unowned returned             | unowned closing           | not_allowed_now
mark-unowned       | -            | unowned open                   | unowned persuading             | unowned returned             | unowned closing           | -
give               | unknown_case | not_allowed_now                | not_allowed_now                | not_allowed_now              | not_allowed_now           | not_allowed_now
plan-visit         | unknown_case | visit-planned open             | visit-planned persuading       | not_allowed_now              | not_allowed_now           | not_allowed_now
"""  # noqa: E501  # a row of a table


def rows() -> list[tuple[str, str, str]]:
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [(asked, state, outcome) for asked, *outcomes in lines for state, outcome in zip(head[1:], outcomes, strict=True)]


def test_the_table_has_every_command_and_every_state() -> None:
    # What a file is restored to depends on how it was closed: `test_merged_files.py`. What relief answers, on the plan: `test_referrals.py`.
    assert {command.TYPE.split(".")[-2] for command in CASE_COMMANDS} - {"restore", "tell-urgency", "begin-day", "note-answer"} == {
        asked.split(",")[0] for asked in ASKED
    }
    assert len(rows()) == 26 * 6


@pytest.mark.parametrize(("asked", "state", "outcome"), rows())
def test_what_comes_of_what_is_asked_in_each_state(asked: str, state: str, outcome: str) -> None:
    stories = [story for story in STORIES if story.startswith(state)]
    for story in stories:
        # A file goes on as open, or with the persuading that had begun.
        attempts = "persuading" if attempt() in STORIES[story] else "open"
        assert _said(story, asked) == outcome.replace("ATTEMPTS", attempts), story


def _said(story: str, asked: str) -> str:
    case, on = told(STORIES[story]), day(len(STORIES[story]) + 1)
    try:
        fact = judge(case, ASKED[asked], on=on, cause="c")
    except Refusal as refusal:
        return str(refusal.code)
    if fact is None:
        return "-"
    after = evolve(case, fact, on=on, cause="c").standing
    assert after is not None
    return f"{fact.TYPE.split('.')[3]} {after.state}"
