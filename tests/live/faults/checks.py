"""What must hold after each row: every acknowledged report is in the log and decided once, and every count is that of the decisions.

The decisions are taken anew, by the pure decider over what the log holds, in order: that is what a system decides that nothing ever happens to.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
from typer.testing import CliRunner

from services.enrolment.decider import EnrolmentDecider
from services.reporting import cli
from shared.contracts.registry import UnknownType
from shared.events.codec import Unreadable
from shared.ids import uuid5_of_position
from shared.log import topics
from shared.log.event_log import LogRecord
from tests.live.faults.load import Answer, History
from tests.live.faults.system import System, Wrong
from tests.support.stack import told_of
from tests.support.stack_tokens import as_auditor, bearer

PASSING = (0, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""No answer, or one that says: send it again. A 409 is that to a body whose first request is still being worked on."""
RECEIPTS = 40
"""Most receipts that are asked for."""


def must(holds: object, what: str) -> None:
    """Raise ``Wrong`` unless something holds."""
    if not holds:
        raise Wrong(what)


@dataclass
class Decided:
    """What a partition's inputs come to where nothing fails: facts by the offset of their input, refusals, and the offsets that are dead."""

    facts: dict[int, bytes] = field(default_factory=dict)
    refusals: set[bytes] = field(default_factory=set)
    dead: set[int] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


def decided(partition: int, inputs: Sequence[LogRecord], decider: EnrolmentDecider) -> Decided:
    """Decide the inputs of a partition in order."""
    states, found = dict[bytes, bytes | None](), Decided()
    for record in inputs:
        key = record.key or b""
        try:
            decider.state_id(record.key)
            judged = decider.judge(key, record.value, states.get(key), partition=partition, offset=record.offset)
        except (Unreadable, UnknownType):
            found.dead.add(record.offset)
            continue
        found.ids.add(json.loads(record.value or b"")["id"])
        if judged.state is not None:
            states[key] = judged.state
        if judged.fact is not None:
            found.facts[record.offset] = judged.fact
        if judged.refusal is not None:
            found.refusals.add(judged.refusal)
    return found


def read_facts(partition: int, inputs: int, record: Sequence[LogRecord]) -> dict[int, bytes]:
    """Return enrolment's facts by the offset of their input, each once. Raises ``Wrong`` for two that differ. What is forged is left out."""
    facts = dict[int, bytes]()
    for each in record:
        try:
            event = json.loads(each.value or b"")
        except (ValueError, RecursionError):
            continue
        if not isinstance(event, dict) or event.get("source") != "/enrolment":
            continue
        offset = int(event["sequence"][:16])
        if each.key != event["subject"].encode() or offset >= inputs or event["id"] != uuid5_of_position(topics.SUBMISSIONS, partition, offset, 0):
            continue
        if offset not in facts:
            must(not facts or offset > max(facts), f"the fact of input {offset} stands behind that of a later one")
            facts[offset] = each.value or b""
        else:
            must(facts[offset] == each.value, f"input {offset} was decided twice, and not alike")
    return facts


def cells_of(facts: Iterable[bytes]) -> Counter[str]:
    """Return the cells of status that facts come to, each once."""
    cells = Counter[str]()
    for fact in facts:
        data = json.loads(fact)["data"]
        for standing, n in ((data.get("after"), 1), (data.get("before"), -1)):
            if standing:
                cells[f"{standing['county']}:status.{standing['status']}"] += n
    return cells


async def check_log(system: System, history: History, *, versions: bool) -> Counter[str]:
    """Check what stands in the log. Return the cells of status that its facts come to."""
    logged, cells, decider = set[str](), Counter[str](), EnrolmentDecider()
    for partition in range(system.config.partitions):
        inputs = await system.records(topics.SUBMISSIONS, partition)
        wanted = decided(partition, inputs, decider)
        facts = read_facts(partition, len(inputs), await system.records(topics.STUDENT_STATUS, partition))
        missing, unasked = wanted.facts.keys() - facts.keys(), facts.keys() - wanted.facts.keys()
        must(not missing, f"partition {partition}: no facts of the inputs {sorted(missing)[:5]}, {len(missing)} in all")
        must(not unasked, f"partition {partition}: facts of the inputs {sorted(unasked)[:5]}, that ask for none")
        differing = [offset for offset, fact in wanted.facts.items() if facts[offset] != fact]
        must(versions or not differing, f"partition {partition}: other facts than the inputs {differing[:5]} ask for")
        refusals = {record.value for record in await system.records(topics.REFUSALS, partition)}
        must(wanted.refusals <= refusals, f"partition {partition}: {len(wanted.refusals - refusals)} refusals are missing")
        logged |= wanted.ids
        cells += cells_of(facts.values())
    lost = [id_ for id_, answer in history.reports.items() if answer is Answer.ACKED and id_ not in logged]
    must(not lost, f"acknowledged, and not in the log: {lost[:5]}, {len(lost)} in all")
    taken = [id_ for id_, answer in history.reports.items() if answer is Answer.REFUSED and id_ in logged]
    must(not taken, f"refused, and in the log: {taken[:5]}")
    return cells


def shown_cells(system: System) -> Counter[str]:
    """Return the counts in Redis, over all partitions."""
    cells = Counter[str]()
    with system.operator() as client:
        for partition in range(system.config.partitions):
            for cell, number in client.hgetall(f"{{reporting:1:p{partition}}}:cells").items():
                cells[str(cell)] += int(number)
    return cells


def check_counts(system: System, wanted: Mapping[str, int]) -> None:
    """Check that the counts are those of the facts, and that none is negative."""
    shown = shown_cells(system)
    negative = {cell: number for cell, number in shown.items() if number < 0}
    must(not negative, f"negative: {dict(list(negative.items())[:5])}")
    of_status = {cell: number for cell, number in shown.items() if number and ":status." in cell}
    off = {
        cell: (of_status.get(cell, 0), wanted.get(cell, 0))
        for cell in of_status.keys() | wanted.keys()
        if of_status.get(cell, 0) != wanted.get(cell, 0)
    }
    must(not off, f"counted, of: {dict(list(off.items())[:5])}")


def verified(system: System) -> dict[str, Any]:
    """Return what `baoxue verify` says, with the sums of every answer."""
    config = system.config
    run = CliRunner(env=told_of(config) | as_auditor(config))
    said = run.invoke(cli.app, ["verify", "--reporting", config.api_url("reporting"), "--json", "--sums"])
    must(said.stdout.startswith("{"), f"verify says nothing: {said.output[-300:]}")
    told: dict[str, Any] = json.loads(said.stdout)
    return told


async def check_receipts(system: System, history: History) -> None:
    """Check that the receipts of what was acknowledged tell the outcome of every line."""
    async with httpx.AsyncClient(timeout=30, headers=bearer(system.config)) as client:
        for batch, received in list(history.batches.items())[-RECEIPTS:]:
            answer = await client.get(f"{system.config.api_url('enrolment')}/v1/receipts/{batch}")
            must(answer.is_success, f"no receipt of {batch}: {answer.status_code}")
            told = answer.json()
            outcomes = {name: told[name] for name in ("refused", "pending", "accepted", "late", "duplicate")}
            must(told["received"] == received == sum(outcomes.values()), f"receipt {batch}: {received} lines, {outcomes}")
            must(not outcomes["pending"], f"receipt {batch}: {outcomes}")


def history_of(system: System) -> History:
    """Return what all loads of a system know."""
    whole = History()
    for load in system.loads:
        whole.reports |= load.history.reports
        whole.batches |= load.history.batches
        whole.turned_away += load.history.turned_away
        whole.without_retry += load.history.without_retry
    return whole


async def check(system: System, *, receipts: bool = True, foreign: int = 0, versions: bool = False) -> History:
    """Check a system at rest. Raises ``Wrong``.

    ``receipts``: whether Redis still has those of all batches; ``foreign``: how many records verify must find that cannot be counted, besides the
    counts being equal; ``versions``: whether another version of the decider has a part in the facts.
    """
    history = history_of(system)
    must(history.count(Answer.ACKED), "nothing was acknowledged: the row shows nothing")
    odd = {status: n for status, n in history.turned_away.items() if status not in PASSING}
    must(not odd, f"answered with a status that no retry mends: {odd}")
    must(not history.without_retry, f"{history.without_retry} answers 429 or 503 without Retry-After")
    wanted = await check_log(system, history, versions=versions)
    if "reporting" in system.services:
        await asyncio.to_thread(check_counts, system, wanted)
        told = await asyncio.to_thread(verified, system)
        found = {finding["problem"]: finding["records"] for finding in told["findings"]}
        must(told["verdict"] == ("not sound" if foreign else "equal") and not told["further"], f"verify: {told['verdict']}, {found}")
        must(not told["differing"], f"verify: {told['differing']} cells differ")
        must(not told["sums"], f"answers that do not add up: {told['sums'][:3]}")
        must(sum(found.values()) == foreign, f"verify finds {found}, and there should be {foreign}")
        if "case" in system.services:
            told = told["altogether"]
            must(told["files_open"] == told["out_of_school"], f"files: {told}")
    if receipts:
        await check_receipts(system, history)
    return history
