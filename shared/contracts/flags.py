"""Flags and samples as facts: ``cn.baoxue.case.*`` of a child's file, ``cn.baoxue.oversight.*`` of a county (decision 0059).

A flag is a hint, no finding. It is raised once for the same evidence, is cleared or confirmed by an office that is not the one it speaks of, and
is never deleted. No fact of a flag changes the standing of a file.
"""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from shared.contracts.case import CaseFact
from shared.contracts.case_codes import RecordedAnyOffice, Role
from shared.contracts.oversight_codes import (
    Files,
    Finding,
    FlaggedAct,
    FlagGround,
    Pieces,
    RecordedDigest,
    RecordedEvidence,
    RecordedFlagId,
    RecordedSeed,
    Rule,
    RulebookVersion,
    SampleVersion,
)
from shared.contracts.words import RecordedCounty, RecordedReference


class CaseFlagged(CaseFact, frozen=True, kw_only=True):
    """A rule of the detector was met: a hint that the child's return is one on paper.

    ``county``: where the hint is; ``flagged``: the office of which it speaks; ``since`` and ``day``: when its window began, and when the rule
    was met; ``evidence``: the ids of its facts, ``pieces`` in all; ``digest``: of the rule and of all those ids; ``office``: who had the rules run.
    """

    TYPE = "cn.baoxue.case.flagged.v1"
    office: RecordedAnyOffice
    rule: Rule
    version: RulebookVersion
    county: RecordedCounty
    flagged: RecordedAnyOffice
    since: date
    day: date
    evidence: RecordedEvidence
    pieces: Pieces
    digest: RecordedDigest


class CaseFlagCleared(CaseFact, frozen=True, kw_only=True):
    """Another office than the flagged one knows why the hint is none. ``evidence`` refers to what shows it."""

    TYPE = "cn.baoxue.case.flag-cleared.v1"
    office: RecordedAnyOffice
    role: Role
    flag: RecordedFlagId
    rule: Rule
    county: RecordedCounty
    because: FlagGround
    evidence: RecordedReference


class CaseFlagConfirmed(CaseFact, frozen=True, kw_only=True):
    """Another office than the flagged one found that the hint is right. ``evidence`` refers to what shows it."""

    TYPE = "cn.baoxue.case.flag-confirmed.v1"
    office: RecordedAnyOffice
    role: Role
    flag: RecordedFlagId
    rule: Rule
    county: RecordedCounty
    evidence: RecordedReference


class CaseDrawn(CaseFact, frozen=True, kw_only=True):
    """The file was drawn for a re-check by a level above: from the files of a period, by a seed with which anybody can draw it again."""

    TYPE = "cn.baoxue.case.drawn.v1"
    office: RecordedAnyOffice
    since: date
    until: date
    seed: RecordedSeed
    version: SampleVersion


class CaseRechecked(CaseFact, frozen=True, kw_only=True):
    """The office that drew the file saw for itself. Where the child was not in school, a closing falls, and the return is to be corroborated anew.

    ``since`` and ``until``: the period of the draw; ``claimant``: who had said that the child was back, as far as the file knows; it does not
    corroborate the return again.
    """

    TYPE = "cn.baoxue.case.rechecked.v1"
    office: RecordedAnyOffice
    role: Role
    finding: Finding
    happened: date
    evidence: RecordedReference
    since: date
    until: date
    claimant: RecordedAnyOffice | None = None


FLAG_FACTS: tuple[type[CaseFact], ...] = (CaseFlagged, CaseFlagCleared, CaseFlagConfirmed, CaseDrawn, CaseRechecked)


class OversightFact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False, kw_only=True):
    """A fact about a county, which its key is: what holds for many files at once has no file."""

    TYPE: ClassVar[str]
    office: RecordedAnyOffice


class CountyFlagged(OversightFact, frozen=True, kw_only=True):
    """A rule of the detector was met in a county. The fields are those of a file's flag; ``role`` and ``act``: who did what so often."""

    TYPE = "cn.baoxue.oversight.flagged.v1"
    rule: Rule
    version: RulebookVersion
    flagged: RecordedAnyOffice
    since: date
    day: date
    evidence: RecordedEvidence
    pieces: Pieces
    digest: RecordedDigest
    role: Role | None = None
    act: FlaggedAct | None = None


class CountyFlagCleared(OversightFact, frozen=True, kw_only=True):
    """Another office than the flagged one knows why the hint is none. ``evidence`` refers to what shows it."""

    TYPE = "cn.baoxue.oversight.flag-cleared.v1"
    role: Role
    flag: RecordedFlagId
    rule: Rule
    because: FlagGround
    evidence: RecordedReference


class CountyFlagConfirmed(OversightFact, frozen=True, kw_only=True):
    """Another office than the flagged one found that the hint is right. ``evidence`` refers to what shows it."""

    TYPE = "cn.baoxue.oversight.flag-confirmed.v1"
    role: Role
    flag: RecordedFlagId
    rule: Rule
    evidence: RecordedReference


class SampleDrawn(OversightFact, frozen=True, kw_only=True):
    """A level above drew a sample from the files of a county that came back or were closed in a period, once for that period.

    ``population``: how many there were; ``size``: how many were drawn; ``digest``: of the ids drawn, in ascending order, a line each.
    """

    TYPE = "cn.baoxue.oversight.sample-drawn.v1"
    since: date
    until: date
    seed: RecordedSeed
    version: SampleVersion
    population: Files
    size: Files
    digest: RecordedDigest


OVERSIGHT_FACTS: tuple[type[OversightFact], ...] = (CountyFlagged, CountyFlagCleared, CountyFlagConfirmed, SampleDrawn)
