"""Which step a command of the policies makes, by the stage in which it finds the id: every pair."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from services.enrolment.domain.joining import knowledge_of
from services.enrolment.domain.merging import decide
from services.enrolment.domain.state import Merge, MergeStage
from shared.clock import CHINA
from shared.contracts import same_as as s
from tests.domain.enrolment.children import STORIES
from tests.domain.enrolment.scenario import PROVINCES, SICHUAN, given

ME, OTHER = f"{1:032x}", f"{2:032x}"
MERGE, ANOTHER = "00000000-0000-5000-8000-000000000001", "00000000-0000-5000-8000-000000000002"
CHILD = given(*STORIES["enrolled"]).child
LATER = datetime(2021, 1, 1, tzinfo=CHINA)

COMMANDS: dict[str, s.MergeCommand] = {
    "agree": s.AgreeToMerge(student=OTHER, merge=MERGE, sender=SICHUAN),
    "go on": s.GoOnWithMerge(student=OTHER, merge=MERGE, since=LATER),
    "leave": s.LeaveLedger(student=OTHER, merge=MERGE),
    "take over": s.TakeOver(student=OTHER, merge=MERGE, known=knowledge_of(CHILD)),
    "acknowledge": s.AcknowledgeMerge(student=OTHER, merge=MERGE),
    "abandon": s.AbandonMerge(student=OTHER, merge=MERGE, code=s.MergeCode.UNDER_WAY),
    "release": s.ReleaseMerged(student=OTHER, merge=MERGE),
    "restore": s.RestoreMerged(student=OTHER, merge=MERGE),
}
AWAITED: dict[tuple[str, MergeStage | None], type[s.MergeFact]] = {
    ("agree", None): s.StudentMergeAgreed,
    ("go on", None): s.StudentMergeDeclined,
    ("go on", MergeStage.CONSENTED): s.StudentMergeDeclined,
    ("go on", MergeStage.ANNOUNCED): s.StudentMergeKept,
    ("leave", MergeStage.AGREED): s.StudentMerged,
    ("take over", MergeStage.AGREED): s.StudentTookOver,
    ("take over", MergeStage.KEPT): s.StudentTookOver,
    ("acknowledge", MergeStage.LEFT): s.StudentMergeAcknowledged,
    ("abandon", MergeStage.ANNOUNCED): s.StudentMergeAbandoned,
    ("abandon", MergeStage.AGREED): s.StudentMergeAbandoned,
    ("restore", MergeStage.LEFT): s.StudentRestored,
    ("restore", MergeStage.ACKNOWLEDGED): s.StudentRestored,
}


@pytest.mark.parametrize("stage", [None, *MergeStage])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_makes_its_step_where_it_is_awaited_and_nothing_elsewhere(command: str, stage: MergeStage | None) -> None:
    child = replace(CHILD, merge=None if stage is None else Merge(stage, OTHER, MERGE))
    fact = decide(child, COMMANDS[command], subject=ME, provinces=PROVINCES)  # type: ignore[arg-type]  # one of them
    assert (None if fact is None else type(fact)) is AWAITED.get((command, stage))


@pytest.mark.parametrize("stage", MergeStage)
@pytest.mark.parametrize("command", ["leave", "take over", "acknowledge", "abandon", "release", "restore"])
def test_a_command_of_another_merge_makes_nothing_in_any_stage(command: str, stage: MergeStage) -> None:
    child = replace(CHILD, merge=Merge(stage, OTHER, ANOTHER))
    assert decide(child, COMMANDS[command], subject=ME, provinces=PROVINCES) is None  # type: ignore[arg-type]  # one of them
