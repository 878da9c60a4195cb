"""Scripts with one guard taken out by its name: to show that a test sees the difference. A guard in Python is replaced by ``monkeypatch``.

In a script a guard stands between ``-- guard: <name>`` and ``-- guard end``.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from redis.commands.core import AsyncScript

from shared.redis.edge import Redis
from shared.redis.edge import script as load

_NOTHING: Mapping[str, str] = MappingProxyType({})


def script_without(name: str, guard: str, *, locals_: Mapping[str, str] = _NOTHING) -> Callable[[Redis, str, str], AsyncScript]:
    """Return what loads scripts, but the script of this name without the guard.

    ``locals_``: other values for local variables of the script, by name; for a second guard that is no statement but a value.
    """

    def loading(client: Redis, package: str, wanted: str) -> AsyncScript:
        loaded = load(client, package, wanted)
        if wanted != name:
            return loaded
        text = loaded.script.decode() if isinstance(loaded.script, bytes) else str(loaded.script)
        text = _replaced_once(text, rf"^-- guard: {re.escape(guard)}\n.*?^-- guard end\n", "", f"{name}.lua: guard {guard!r}")
        for local, value in locals_.items():
            text = _replaced_once(text, rf"^local {re.escape(local)} = .*$", f"local {local} = {value}", f"{name}.lua: local {local!r}")
        return client.register_script(text)

    return loading


def _replaced_once(text: str, pattern: str, instead: str, what: str) -> str:
    text, times = re.subn(pattern, lambda _: instead, text, flags=re.MULTILINE | re.DOTALL if instead == "" else re.MULTILINE)
    if times != 1:
        raise LookupError(f"{what} stands there {times} times; it must stand there once")
    return text
