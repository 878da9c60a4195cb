"""All that the case service records and can be asked, put together from the files of this folder that begin with ``case``."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from shared.contracts.case import (
    CaseClosedByLeave,
    CaseClosedByMerge,
    CaseClosedByRemoval,
    CaseClosedByRemovalV1,
    CaseClosedByVoid,
    CaseFact,
    CaseJoined,
    CaseJoinedV1,
    CaseMoved,
    CaseOpened,
    CaseOpenedV1,
    CaseParted,
    CasePartedV1,
    CasePutUnderObservation,
    CasePutUnderObservationV1,
    CaseReasonCorrected,
    CaseReasonCorrectedV1,
    CaseReopened,
    CaseReopenedV1,
    CaseRestored,
    CaseRestoredV1,
    CaseResumed,
    CaseResumedV1,
)
from shared.contracts.case_commands import FILE_COMMANDS, CaseCommand
from shared.contracts.case_days import DAY_COMMANDS, URGENCY_FACTS
from shared.contracts.case_offices import (
    CaseAttempted,
    CaseAttemptedV1,
    CaseClosedByReturn,
    CaseClosedByReturnV1,
    CaseClosedByReturnV2,
    CaseClosingDeclined,
    CaseClosingProposed,
    CaseLawStepTaken,
    CasePlanChanged,
    CaseReturnCorroborated,
    CaseStepDone,
    CaseVisitPlanned,
)
from shared.contracts.case_owner_commands import OWNER_COMMANDS
from shared.contracts.case_owners import OWNER_FACTS
from shared.contracts.case_places import CASE_PLACE_FACTS
from shared.contracts.case_referrals import CASE_REFERRAL_COMMANDS, CASE_REFERRAL_FACTS

CASE_FACTS: tuple[type[CaseFact], ...] = (
    CaseOpenedV1,
    CaseOpened,
    CaseReopenedV1,
    CaseReopened,
    CaseAttemptedV1,
    CaseAttempted,
    CasePutUnderObservationV1,
    CasePutUnderObservation,
    CaseMoved,
    CaseReasonCorrectedV1,
    CaseReasonCorrected,
    CaseClosedByReturnV1,
    CaseClosedByReturnV2,
    CaseClosedByReturn,
    CaseClosedByRemovalV1,
    CaseClosedByRemoval,
    CaseClosedByLeave,
    CaseClosedByMerge,
    CaseJoinedV1,
    CaseJoined,
    CasePartedV1,
    CaseParted,
    CaseRestoredV1,
    CaseRestored,
    CaseClosedByVoid,
    CaseResumedV1,
    CaseResumed,
    CaseStepDone,
    CasePlanChanged,
    CaseLawStepTaken,
    CaseReturnCorroborated,
    CaseClosingProposed,
    CaseClosingDeclined,
    CaseVisitPlanned,
    *OWNER_FACTS,
    *URGENCY_FACTS,
    *CASE_PLACE_FACTS,
    *CASE_REFERRAL_FACTS,
)
"""The reference pages and the definition of the audit name them in this order."""
CASE_COMMANDS: tuple[type[CaseCommand], ...] = (*FILE_COMMANDS, *OWNER_COMMANDS, *DAY_COMMANDS, *CASE_REFERRAL_COMMANDS)


def _as(newer: type[CaseFact]) -> Callable[[Any], Struct]:
    """Return the upcast to a version that has more fields, each with a default."""
    return lambda old: newer(**{name: getattr(old, name) for name in old.__struct_fields__})


FACT_UPCASTS: Mapping[str, Callable[[Any], Struct]] = {
    CaseOpenedV1.TYPE: _as(CaseOpened),
    CaseReopenedV1.TYPE: _as(CaseReopened),
    CaseAttemptedV1.TYPE: _as(CaseAttempted),
    CaseReasonCorrectedV1.TYPE: _as(CaseReasonCorrected),
    CaseJoinedV1.TYPE: _as(CaseJoined),
    CasePartedV1.TYPE: _as(CaseParted),
    CaseRestoredV1.TYPE: _as(CaseRestored),
    CaseResumedV1.TYPE: _as(CaseResumed),
    CasePutUnderObservationV1.TYPE: _as(CasePutUnderObservation),
    CaseClosedByRemovalV1.TYPE: _as(CaseClosedByRemoval),
    CaseClosedByReturnV1.TYPE: _as(CaseClosedByReturnV2),
    CaseClosedByReturnV2.TYPE: _as(CaseClosedByReturn),
}
