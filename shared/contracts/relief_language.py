"""All that the relief service records and can be asked, put together from the files of this folder that begin with ``relief``."""

from shared.contracts.relief import (
    AidEnded,
    AidGivenBack,
    AidGranted,
    AidHandedOver,
    AidMerged,
    AidMoved,
    AidPaid,
    AidParted,
    AidRecalculated,
    AidRegained,
    AidResumed,
    AidSuspended,
    AidTakenOver,
    BeginTerm,
    EligibilityLapsed,
    EligibilityRecognised,
    EndGrant,
    GiveBackGrant,
    GrantTermsAid,
    HandOverGrant,
    KeepGrant,
    MergeAid,
    MoveGrant,
    PartAid,
    PayGrant,
    RegainGrant,
    ReliefCommand,
    ReliefFact,
    RestoreGrant,
    ResumeGrant,
    SetBoarding,
    SuspendGrant,
    TakeOverGrant,
)
from shared.contracts.relief_referrals import REFERRAL_COMMANDS, REFERRAL_FACTS

WITHOUT_GRANT = frozenset(
    {EligibilityRecognised.TYPE, EligibilityLapsed.TYPE, AidMerged.TYPE, AidParted.TYPE, AidGivenBack.TYPE, *(fact.TYPE for fact in REFERRAL_FACTS)}
)
"""The facts whose ``before`` and ``after`` may both be null."""

RELIEF_FACTS: tuple[type[ReliefFact], ...] = (
    AidGranted,
    AidSuspended,
    AidResumed,
    AidMoved,
    AidRecalculated,
    AidPaid,
    AidEnded,
    EligibilityRecognised,
    EligibilityLapsed,
    AidMerged,
    AidHandedOver,
    AidTakenOver,
    AidParted,
    AidGivenBack,
    AidRegained,
    *REFERRAL_FACTS,
)

RELIEF_COMMANDS: tuple[type[ReliefCommand], ...] = (
    GrantTermsAid,
    SuspendGrant,
    ResumeGrant,
    MoveGrant,
    KeepGrant,
    EndGrant,
    MergeAid,
    HandOverGrant,
    TakeOverGrant,
    PartAid,
    GiveBackGrant,
    RegainGrant,
    RestoreGrant,
    PayGrant,
    SetBoarding,
    BeginTerm,
    *REFERRAL_COMMANDS,
)
