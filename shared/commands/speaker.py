"""In whose name a command may be submitted, and whether whoever does so may hear of the child."""

from collections.abc import Container, Mapping, Set
from typing import NamedTuple, Self

from shared.contracts.refusal import RefusalCode
from shared.http.callers import counties_of_caller, no_right, not_your_office, offices_of_caller
from shared.http.problems import Problem
from shared.identity.caller import Caller
from shared.identity.rights import Action, may


class Speaker(NamedTuple):
    """A caller that submits commands.

    ``offices``: those in whose name it may; ``counties``: where it may read children, none for a school, which hears nothing of any.
    ``actions``: the right that each command needs, by its type.
    """

    caller: Caller
    offices: Container[str]
    counties: Set[str]
    actions: Mapping[str, Action]

    @classmethod
    def of(cls, caller: Caller, *, reads: Action, actions: Mapping[str, Action]) -> Self:
        """Return the speaker that a caller is today. ``reads``: the right by which it sees a child."""
        return cls(caller, offices_of_caller(caller), counties_of_caller(caller, reads), actions)

    @property
    def owner(self) -> str:
        """Return whose the keys and the ids of the commands are."""
        return self.caller.owner

    @property
    def hears(self) -> bool:
        """Return whether it may hear what becomes of a command: that would tell it of the child."""
        return bool(self.counties)

    def check(self, office: str, type_: str) -> None:
        """Raise ``Problem`` 403 for a command of a type that the speaker has no right to, or in the name of an office that is not its own."""
        if not may(self.caller, self.actions[type_]):
            problem = no_right(self.actions[type_])
            raise Problem(403, "no-right", "No right to this", problem.detail, headers=problem.headers, more=_NOT_YOURS | {"field": "do"})
        if office not in self.offices:
            raise not_your_office("office")


_NOT_YOURS = {"code": RefusalCode.NOT_YOUR_COUNTY}
