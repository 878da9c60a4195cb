"""What the rules found and what was drawn, recorded by case's api: a line for each flag and for each drawn file, in an office's name.

The same lines may be sent again at any time: case knows a flag by its evidence, and a draw by its office and period.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

import httpx
import msgspec

from services.case.detector.flags import Flag
from services.case.detector.sampling import Sampled, SampleRules
from services.case.domain.flags import digest_of_evidence
from shared.contracts.case_codes import Role
from shared.contracts.case_commands import CaseCommand
from shared.contracts.flag_commands import DrawFile, DrawSample, RaiseFlag
from shared.contracts.oversight_codes import MOST_NAMED, OF_CHILDREN, FlaggedAct
from shared.settings import is_on_this_machine

A_BODY = 500
"""Lines of a body: of 50 facts each they stay below the api's limit."""
_PATIENCE = 120.0
_is_office = re.compile(r"/(nation|provinces/[0-9]{2}|(prefectures|counties)/[0-9]{6}|schools/[0-9]{10})").fullmatch


class NotRecorded(Exception):
    """The api did not take the lines. The message says what it said, and what mends it."""


@dataclass
class Recorded:
    """What became of the lines. ``refused``: how many by code."""

    accepted: int = 0
    duplicate: int = 0
    pending: int = 0
    refused: Counter[str] = field(default_factory=Counter)


Line = tuple[str, CaseCommand]
"""A subject, and what is asked of it."""


def line_of_flag(flag: Flag, office: str) -> Line:
    """Return the line that raises a flag in the name of an office. The flag speaks of whoever reported, or else of the office of its county."""
    home = f"/counties/{flag.county}"
    of_child = flag.rule in OF_CHILDREN
    flagged, role, act = (flag.office, None, None) if of_child else _told(flag.subject)
    return flag.subject if of_child else flag.county, RaiseFlag(
        office=office,
        rule=flag.rule,
        version=flag.version,
        county=flag.county,
        flagged=flagged if flagged is not None and _is_office(flagged) else home,
        since=flag.since,
        day=flag.day,
        evidence=flag.evidence[:MOST_NAMED],
        pieces=len(flag.evidence),
        digest=digest_of_evidence(flag.rule, flag.evidence),
        by_role=role,
        act=act,
    )


def lines_of_sample(office: str, since: date, until: date, seed: str, rules: SampleRules, drawn: Iterable[Sampled]) -> Iterator[Line]:
    """Yield the lines that record a draw: of each county its sample, and then each file in it."""
    for each in drawn:
        period: dict[str, Any] = {"office": office, "since": since, "until": until, "seed": seed, "version": rules.version}
        yield each.county, DrawSample(**period, population=each.population, size=len(each.drawn), digest=each.digest)
        for child in each.drawn:
            yield child, DrawFile(**period)


def record(url: str, token: str, lines: Iterable[Line], key: str) -> Recorded:
    """Send lines to case's api. ``key``: with the same one, the same line makes the same command. Raises ``NotRecorded``."""
    done, rest = Recorded(), iter(lines)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson", "Idempotency-Key": key}
    with httpx.Client(base_url=url, timeout=_PATIENCE, trust_env=not is_on_this_machine(url), headers=headers) as client:
        while piece := list(islice(rest, A_BODY)):
            try:
                answer = client.post("/v1/cases", content=b"\n".join(map(_text, piece)))
            except httpx.HTTPError as error:
                raise NotRecorded(
                    f"case's api at {url} does not answer ({type(error).__name__}): is it running? CASE_URL says where it is."
                ) from error
            if not answer.is_success:
                raise NotRecorded(f"case's api answered {answer.status_code}: {_detail(answer)}")
            told = answer.json()
            done.accepted, done.duplicate = done.accepted + told["accepted"], done.duplicate + told["duplicate"]
            done.pending += told["pending"]
            done.refused.update(line["code"] for line in told["lines"])
    return done


def _told(subject: str) -> tuple[str, Role | None, FlaggedAct | None]:
    """Return the office, the role and the act in the subject of a county's flag."""
    office, *rest = subject.split(" ")
    role = Role(rest.pop(0)) if rest and rest[0] in set(Role) else None
    act = "_".join(word for word in rest if word != "-")
    return office, role, FlaggedAct(act) if act else None


def _text(line: Line) -> bytes:
    subject, command = line
    return msgspec.json.encode({"id": subject, "do": command.TYPE.split(".")[-2], **msgspec.to_builtins(command)})


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail", ""))
    except ValueError:
        return answer.text[:200]
