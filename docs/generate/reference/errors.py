"""The page of errors: refusal codes, outcomes, kinds of problems, exit codes."""

from __future__ import annotations

from collections.abc import Iterable

from docs.generate.markdown import code, page, sentence, table
from docs.generate.source import ANY, Kind, exit_codes, member_docs, problem_kinds
from shared.contracts.refusal import RefusalCode
from shared.deciding.states.outcomes import Outcome
from shared.http.problems import type_of

REFUSALS = """\
Why a report or a command was refused. The api refuses at once where the standing of the child does not matter. Elsewhere the receipt
(`GET /v1/receipts/{batch}`) or the `409` tells the code. The topic `refusals` keeps every refusal of a worker. Each refusal names the field and
the rule. A refused report is forgotten: sent again, it is decided again."""

PROBLEMS = f"""\
Every error is an RFC 9457 problem. The `type` is {code(type_of("<word>"))}, a page of the server that answered. `detail` says what mends it.
`<what>` is `log` or `redis`. An error of the framework itself (`404` for a path, `405` for a method) has the name of its status as its word."""


def errors() -> str:
    """Return the page."""
    return page(
        "What may be wrong",
        "## Refusal codes",
        REFUSALS,
        table(("code", "means"), ((code(refusal), docs) for refusal, docs in member_docs(RefusalCode).items())),
        "## Outcomes of a report",
        table(("outcome", "means"), ((code(outcome), docs) for outcome, docs in member_docs(Outcome).items())),
        "## Problems",
        PROBLEMS,
        table(("status", "word", "title", "from"), _problems()),
        "## Exit codes",
        "Of processes. `baoxue verify`, `replay`, `tail` and `topics` have their own ([the command line](cli.md)).",
        table(
            ("code", "means", "defined in"),
            ((code(str(each.number)), sentence(each.meaning), code(each.module)) for each in sorted(exit_codes(), key=lambda each: each.number)),
        ),
    )


def _problems() -> Iterable[tuple[str, str, str, str]]:
    kinds: dict[tuple[int, str], list[Kind]] = {}
    for kind in problem_kinds():
        kinds.setdefault((kind.status, kind.word), []).append(kind)
    for (status, word), raised in kinds.items():
        services = {kind.service for kind in raised}
        where = ANY if ANY in services else ", ".join(sorted(services))
        yield str(status), code(word), " / ".join(sorted({kind.title for kind in raised})), where
