"""The page on the model of the commits: what is searched, how many states there are, and the story of each guard that is taken out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from docs.generate.markdown import anchor, code, page, table
from tests.model.catalogue import GUARDS, LIMIT, SEARCHES, WITHOUT_HARM, Guard
from tests.model.search import search

_INTRODUCTION = """\
Workers commit by an order of calls: read at a cursor, publish, wait for the acknowledgement, compare and set. Whether that order is right no test
can show, for a test is one order of events. So the order is written down once more, as a model in plain Python (`tests/model/`), and every state
that it can reach is searched, whatever happens in whatever order. `make model` does it, and `make test` all of it but the three large ones."""

_MODELLED = """\
**What is modelled.** `deciding.py` is `DecidingFollower` with the scripts of `shared/deciding/states`, `published.py`, `folding.py`,
`make_live.lua`, and the part of the worker's edge that assigns, seeks and notices lost cursors. `counting.py` is `CountingFollower` with
`apply.lua` and `open.lua`. `policies.py` is `PolicyFollower`. Each has two workers, A and B. One step of a model is one call of the log or of
Redis: between any two of them anything else may
happen. A worker fetches batches of any size. The accidents are these, each as often as the table says (once where it names one), at any moment:

- **a crash**: a worker loses its memory and the step that it is at, be it in the middle of an append; its partitions stay with it, or go to the
  other worker;
- **a zombie**: a worker sleeps in a step, its partition is assigned to the other worker, and it wakes at any later moment and goes on;
- **a loss of Redis**: all keys are gone;
- **another generation made live**: states are filled beside those that are used, wholly or not at all, and one script names them as the live ones;
  the workers that begin again are a group of their own, beside those of before;
- **a new version**: a worker is started with code that decides differently: version 1 takes a child to have dropped out for `work`, version 2 for
  `poverty`.

**What is asked of every state.** Of the facts that readers take, each is the first of its report and finds the standing that the one before it
left: so counts are never wrong, not for a moment. The counts in Redis are the sum over the record below their cursor. At rest, when nothing but an
accident can happen any more: every acknowledged report is decided once, as some version decides it on the state before it; the state is the fold
of the record; the outcomes and `refusals` say the same; each cursor stands at the end of its topic. And from every state a rest can be reached.

**What is not modelled.** Windows of `published.py` (50,000 facts), dead letters, foreign facts, Kafka's own replication, a Redis that goes back to
an older copy. Two partitions share nothing but their workers, so all four accidents at once are searched on one partition. A worker whose call
touches only what nobody else touches goes first: what the others do before it finds and leaves the same."""


@cache
def commit_model() -> str:
    """Return the page."""
    rows = [(each.what, each.accidents, f"{each.states:,}", "`make model`" if each.large else "`make test`") for each in SEARCHES]
    guards = [(f"[{guard.name}]({anchor(guard.name)})", code(guard.where), guard.against) for guard in GUARDS]
    return page(
        "A model of the commits, exhaustively searched",
        _INTRODUCTION,
        _MODELLED,
        "## Every state is exact",
        table(("model", "accidents", "states", "searched by"), rows),
        "## Each guard, taken out",
        "The shortest story that ends wrong, in the words of the search. It is the search that tells it: it changes when the model does.",
        table(("guard", "where", "what it is for"), guards),
        *(_told(guard) for guard in GUARDS),
        "## What is not needed for exactness",
        f"**{WITHOUT_HARM.name}** ({code(WITHOUT_HARM.where)}). {WITHOUT_HARM.against}",
        "## What is not excluded",
        "In the models above a zombie has the version of its successor, and no worker gets another version while a zombie sleeps. "
        f"With {LIMIT.name} the record can go wrong. {LIMIT.against} "
        "So stop the old workers before the new ones start, or let the group's session time out between.",
        _listed(LIMIT),
    )


def _told(guard: Guard) -> str:
    return f"### {guard.name}\n\n{guard.against}\n\n{_listed(guard)}"


def _listed(guard: Guard) -> str:
    found = search(guard.model)
    steps: Sequence[str] = (*found.story, f"**{found.wrong}**")
    return "\n".join(f"{n}. {sentence}" for n, sentence in enumerate(steps, 1))
