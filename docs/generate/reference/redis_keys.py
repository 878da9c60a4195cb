"""The page of the keys in Redis: the code that writes a key declares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docs.generate.markdown import code, page, table
from services.enrolment.intake import receipts
from services.relief.terms import term_start
from services.reporting.board import keys as board_keys
from shared.deciding import policy_follower
from shared.deciding.states import state_store
from shared.http import idempotency, story_clock
from shared.http.sessions import store as sessions
from shared.redis.keys import Key

INTRODUCTION = """\
Redis holds a view of the log: all of it can be thrown away ([rebuild](../how-to/rebuild.md)). A *generation* is a set of keys that is
filled beside another; `<service>:live` names the live one, `1` without it. A script changes keys of a partition together. Only the service itself
reads or writes its keys, and `baoxue rebuild`."""

KEYS: Mapping[str, tuple[Key, ...]] = {
    "Of every deciding service": (*state_store.KEYS, *policy_follower.KEYS, *idempotency.KEYS, *story_clock.KEYS),
    "Of enrolment": receipts.KEYS,
    "Of relief": term_start.KEYS,
    "Of reporting": board_keys.KEYS,
    "Of a service that people sign in to": sessions.KEYS,
}


def redis_keys() -> str:
    """Return the page."""
    return page("Keys in Redis", INTRODUCTION, *(part for title, keys in KEYS.items() for part in (f"## {title}", _table(keys))))


def _table(keys: Iterable[Key]) -> str:
    return table(("key", "is a", "holds", "is kept"), ((code(key.name), key.kind, key.holds, key.kept) for key in keys))
