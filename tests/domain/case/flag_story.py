"""What can be asked about flags and samples of a file or a county, with what most tests do not care about filled in."""

from datetime import date

from services.case.domain.flags import digest_of_evidence
from shared.contracts.case_codes import Role
from shared.contracts.flag_commands import ClearFlag, ConfirmFlag, DrawFile, DrawSample, RaiseFlag, RecordRecheck
from shared.contracts.oversight_codes import Finding, FlaggedAct, FlagGround, Rule
from tests.domain.case.case_story import PREFECTURE, PROVINCE, THAT_DAY, ZHAOJUE

NATION = "/nation"
SEED = "seed-2020-03"
LONG_AGO, JANUARY, FEBRUARY = date(2019, 12, 31), date(2020, 1, 1), date(2020, 2, 1)


def fact_id(n: int) -> str:
    return f"{n:08x}-6d0b-5e3a-8c41-b7d2e90f1a35"


def raised(
    *evidence: int,
    rule: Rule = Rule.NO_SEAT,
    office: str = NATION,
    county: str = ZHAOJUE,
    flagged: str = PROVINCE,
    since: date = JANUARY,
    day: date = FEBRUARY,
    digest: str | None = None,
    pieces: int | None = None,
    role: Role | None = None,
    act: FlaggedAct | None = None,
) -> RaiseFlag:
    ids = tuple(map(fact_id, evidence or (1,)))
    return RaiseFlag(
        office=office,
        rule=rule,
        version=1,
        county=county,
        flagged=flagged,
        since=since,
        day=day,
        evidence=ids,
        pieces=len(ids) if pieces is None else pieces,
        digest=digest or digest_of_evidence(rule, ids),
        by_role=role,
        act=act,
    )


def flag_of(*evidence: int, rule: Rule = Rule.NO_SEAT) -> str:
    return digest_of_evidence(rule, map(fact_id, evidence or (1,)))[:16]


def cleared(
    flag: str | None = None,
    office: str = PREFECTURE,
    *,
    role: Role = Role.OFFICER,
    because: FlagGround = FlagGround.SEEN_IN_SCHOOL,
    evidence: str | None = "FH/2020-07",
) -> ClearFlag:
    return ClearFlag(office=office, role=role, flag=flag or flag_of(), because=because, evidence=evidence)


def flag_confirmed(
    flag: str | None = None, office: str = PREFECTURE, *, role: Role = Role.OFFICER, evidence: str | None = "FH/2020-08"
) -> ConfirmFlag:
    return ConfirmFlag(office=office, role=role, flag=flag or flag_of(), evidence=evidence)


def drawn(office: str = PROVINCE, *, since: date = JANUARY, until: date = FEBRUARY, seed: str = SEED) -> DrawFile:
    return DrawFile(office=office, since=since, until=until, seed=seed, version=1)


def rechecked(
    finding: Finding = Finding.NOT_IN_SCHOOL,
    office: str = PROVINCE,
    *,
    role: Role = Role.OFFICER,
    happened: date = THAT_DAY,
    evidence: str | None = "FC/2020-01",
) -> RecordRecheck:
    return RecordRecheck(office=office, role=role, finding=finding, happened=happened, evidence=evidence)


def sampled(
    office: str = PROVINCE,
    *,
    since: date = JANUARY,
    until: date = FEBRUARY,
    seed: str = SEED,
    population: int = 40,
    size: int = 4,
    digest: str = "ab" * 32,
) -> DrawSample:
    return DrawSample(office=office, since=since, until=until, seed=seed, version=1, population=population, size=size, digest=digest)
