"""The numbers by which states hold codes. They are stored: they never change, and none is used again."""

from shared.contracts.words import ClearedOutcome, Reason, Stage, Status

STATUSES: dict[Status | None, int] = {
    None: 0,
    Status.REGISTERED: 1,
    Status.ENROLLED: 2,
    Status.ON_LEAVE: 3,
    Status.SUSPECTED: 4,
    Status.DROPPED_OUT: 5,
    Status.NEVER_ENROLLED: 6,
    Status.RETURNED: 7,
    Status.IN_TRANSFER: 8,
    Status.COMPLETED: 9,
    Status.REMOVED: 10,
}
REASONS: dict[Reason | None, int] = {
    None: 0,
    Reason.LEARNING: 1,
    Reason.WORK: 2,
    Reason.MARRIAGE: 3,
    Reason.RELIGION: 4,
    Reason.FAMILY: 5,
    Reason.POVERTY: 6,
    Reason.ILLNESS: 7,
    Reason.DISTANCE: 8,
    Reason.OTHER: 9,
    Reason.UNKNOWN: 10,
}
STAGES: dict[Stage | None, int] = {None: 0, Stage.PRIMARY: 1, Stage.JUNIOR: 2}
OUTCOMES: dict[ClearedOutcome, int] = {
    ClearedOutcome.ENROLLED_ELSEWHERE: 1,
    ClearedOutcome.ENROLLED_WITHOUT_RECORD: 2,
    ClearedOutcome.WRONG_IDENTITY: 3,
    ClearedOutcome.DOUBLE_REGISTRATION: 4,
    ClearedOutcome.EMPTY_REGISTRATION: 5,
    ClearedOutcome.NO_SUCH_CHILD: 6,
    ClearedOutcome.OVER_AGE: 7,
    ClearedOutcome.ABROAD: 8,
    ClearedOutcome.ON_LEAVE: 9,
    ClearedOutcome.DECEASED: 10,
    ClearedOutcome.UNREACHABLE: 11,
}
