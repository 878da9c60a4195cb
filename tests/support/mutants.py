"""Code with one guard taken out: to show that a test sees the difference. The change is made to the text, in memory only."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from shared.redis.edge import Redis
from shared.redis.edge import script as load


def without(module: ModuleType, guard: str, instead: str = "") -> ModuleType:
    """Give another copy of a module, with this piece of its text replaced; the piece must stand in it exactly once."""
    source = _replaced(module.__file__ or "", guard, instead)
    spec = importlib.util.spec_from_loader(f"{module.__name__}_mutant", loader=None)
    assert spec is not None
    mutant = importlib.util.module_from_spec(spec)
    mutant.__dict__["__package__"] = module.__package__
    sys.modules[mutant.__name__] = mutant  # dataclasses look their module up
    exec(compile(source, f"{module.__file__} (mutant)", "exec"), mutant.__dict__)
    return mutant


def script_without(name: str, guard: str, instead: str = "", *, and_: tuple[tuple[str, str], ...] = ()) -> object:
    """Give what loads scripts, save that in the one of this name the guard is replaced, and whatever else stands in for it."""

    def loading(client: Redis, package: str, wanted: str) -> object:
        loaded = load(client, package, wanted)
        if wanted != name:
            return loaded
        text = loaded.script.decode() if isinstance(loaded.script, bytes) else str(loaded.script)
        for piece, other in ((guard, instead), *and_):
            assert text.count(piece) == 1, f"{name}.lua holds {piece!r} {text.count(piece)} times"
            text = text.replace(piece, other)
        return client.register_script(text)

    return loading


def _replaced(file: str, guard: str, instead: str) -> str:
    source = Path(file).read_text("utf-8")
    assert source.count(guard) == 1, f"{file} holds {guard!r} {source.count(guard)} times"
    return source.replace(guard, instead)
