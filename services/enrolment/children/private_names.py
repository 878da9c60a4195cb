"""Keeps out of an answer what may be a person's name: the name of a field that nobody knows, unless it is ASCII. Pure."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct

from shared.commands.instructions import Form
from shared.events.field_rules import Fault
from shared.http.problems import Problem

Asked = TypeVar("Asked", bound=Struct)
_HIDDEN = "…"


def without_names(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults whose fields name nobody."""
    return tuple(_hidden(fault) for fault in faults)


def read_form(form: Form[Asked], body: bytes) -> Asked:
    """Return what a body asks for. Raises ``Problem`` as ``Form.read`` does, but repeats no field's name that may be a person's."""
    try:
        return form.read(body)
    except Problem as problem:
        more = problem.more
        first = _hidden(Fault(more["code"], more["field"], problem.detail)) if "field" in more else None
        if first is None:
            raise
        errors = {"errors": [_hidden(Fault(**each))._asdict() for each in more["errors"]]} if "errors" in more else {}
        raise Problem(422, "malformed", "A field breaks a rule", first.detail, more={"code": first.code, "field": first.field, **errors}) from None


def _hidden(fault: Fault) -> Fault:
    if fault.field is None or fault.field.isascii():
        return fault
    return fault._replace(field=_HIDDEN, detail=fault.detail.replace(fault.field, _HIDDEN))
