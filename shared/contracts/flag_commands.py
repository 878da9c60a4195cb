"""What the case service can be asked of flags and samples: of a child's file, or of a county, as the subject of the command says."""

from datetime import date

from shared.contracts.case_codes import AnyOffice, Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.oversight_codes import (
    Digest,
    Evidence,
    Files,
    Finding,
    FlaggedAct,
    FlagGround,
    FlagId,
    Pieces,
    Rule,
    RulebookVersion,
    SampleVersion,
    Seed,
)
from shared.contracts.words import CountyCode, Reference


class RaiseFlag(CaseCommand, frozen=True, kw_only=True):
    """The rules found a hint in the record. ``office``: who had them run; all else is what they found. The same evidence says nothing again."""

    TYPE = "cn.baoxue.case.asked.raise-flag.v1"
    office: AnyOffice
    rule: Rule
    version: RulebookVersion
    county: CountyCode
    flagged: AnyOffice
    since: date
    day: date
    evidence: Evidence
    pieces: Pieces
    digest: Digest
    by_role: Role | None = None
    act: FlaggedAct | None = None


class ClearFlag(CaseCommand, frozen=True, kw_only=True):
    """Another office than the flagged one knows why a hint is none. ``evidence`` refers to what shows it, and must be there."""

    TYPE = "cn.baoxue.case.asked.clear-flag.v1"
    office: AnyOffice
    role: Role
    flag: FlagId
    because: FlagGround
    evidence: Reference | None = None


class ConfirmFlag(CaseCommand, frozen=True, kw_only=True):
    """Another office than the flagged one found that a hint is right. ``evidence`` refers to what shows it, and must be there."""

    TYPE = "cn.baoxue.case.asked.confirm-flag.v1"
    office: AnyOffice
    role: Role
    flag: FlagId
    evidence: Reference | None = None


class DrawSample(CaseCommand, frozen=True, kw_only=True):
    """A level above draws a sample from the files of a county that came back or were closed in a period."""

    TYPE = "cn.baoxue.case.asked.draw-sample.v1"
    office: AnyOffice
    since: date
    until: date
    seed: Seed
    version: SampleVersion
    population: Files
    size: Files
    digest: Digest


class DrawFile(CaseCommand, frozen=True, kw_only=True):
    """The file is one of a sample."""

    TYPE = "cn.baoxue.case.asked.draw-file.v1"
    office: AnyOffice
    since: date
    until: date
    seed: Seed
    version: SampleVersion


class RecordRecheck(CaseCommand, frozen=True, kw_only=True):
    """The office that drew the file saw for itself. ``evidence`` refers to what shows it, and must be there."""

    TYPE = "cn.baoxue.case.asked.record-recheck.v1"
    office: AnyOffice
    role: Role
    finding: Finding
    happened: date
    evidence: Reference | None = None


FLAG_COMMANDS: tuple[type[CaseCommand], ...] = (RaiseFlag, ClearFlag, ConfirmFlag, DrawSample, DrawFile, RecordRecheck)
