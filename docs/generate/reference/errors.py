"""The page of what may be wrong: refusal codes, outcomes, kinds of problems, exit codes."""

from __future__ import annotations

from collections.abc import Iterable

from docs.generate.markdown import code, page, sentence, table
from docs.generate.source import ANY, Kind, exit_codes, member_docs, problem_kinds
from shared.contracts.refusal import RefusalCode
from shared.deciding.states.outcomes import Outcome
from shared.http.problems import type_of

REFUSALS = """\
Why a report, or what an office asked for, was refused. The api gives it at once where it can be judged without the child's standing, the receipt
(`GET /v1/receipts/{batch}`) or the `409` where it cannot; the topic `refusals` keeps it. Each refusal names the field and says the rule.
What was refused is forgotten: sent again, it is judged again."""

PROBLEMS = f"""\
Answers that are not what was asked for are RFC 9457 problems. The `type` is {code(type_of("<word>"))}: a name, nothing to look up.
`detail` says what mends it. `<what>` is `log` or `redis`. Whatever the framework itself refuses (`404` for a path, `405` for a method) has
the status's own name for a word."""


def errors() -> str:
    """Give the page."""
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
