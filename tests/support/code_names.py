"""The names that a piece of code uses: to hold a library to what it calls and keeps, however it is written."""

import inspect
from collections.abc import Iterator
from types import CodeType, ModuleType


def names_used(of: object) -> set[str]:
    """Return the global names and the attributes that a function uses, or all functions of a class or of a module."""
    return {name for code in _codes(of) for name in code.co_names}


def _codes(of: object) -> Iterator[CodeType]:
    if isinstance(of, CodeType):
        yield of
        for const in of.co_consts:
            if isinstance(const, CodeType):
                yield from _codes(const)
    elif isinstance(of, type):
        for member in vars(of).values():
            yield from _codes_of_function(member)
    elif isinstance(of, ModuleType):
        for member in vars(of).values():
            if getattr(member, "__module__", None) == of.__name__:
                yield from _codes(member) if isinstance(member, type) else _codes_of_function(member)
    else:
        yield from _codes_of_function(of)


def _codes_of_function(member: object) -> Iterator[CodeType]:
    # A property, a class method, a task of a Faust service; or the function itself.
    function = next((inner for name in ("fget", "__func__", "fun") if (inner := getattr(member, name, None))), member)
    function = inspect.unwrap(function) if callable(function) else function
    if (code := getattr(function, "__code__", None)) is not None:
        yield from _codes(code)
