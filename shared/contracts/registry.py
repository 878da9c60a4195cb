"""Which shape a type on the wire has, and how an old version becomes the newest.

A type is ``<family>.v<n>``. Readers get the newest version only: older ones go through a chain of upcasts, one step a
version. A version newer than the code is an error of its own, for then the worker must stop (consumers are deployed
first), while the event of a family that nobody knows becomes a dead letter.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Raw, Struct

from shared.contracts.access import ACCESS_TYPES
from shared.contracts.case_language import FACT_UPCASTS
from shared.contracts.refusal import Dead, Refused
from shared.contracts.reports import REPORTS
from shared.contracts.same_as import MERGE_COMMANDS
from shared.contracts.services import SERVICES
from shared.contracts.student import STUDENT_UPCASTS

Upcast = Callable[[Any], Struct]


class UnknownType(Exception):
    """No version of this type was ever published."""


class NewerVersion(Exception):
    """The type is known, but not in a version this new: deploy this consumer before its producers."""


class Language:
    """A set of published shapes.

    ``shapes``: every version ever published, each with its ``TYPE``. ``upcasts``: for each superseded type the
    function that turns its struct into the next version's. Raises ``ValueError`` for a chain with a gap, for an upcast
    that leads nowhere, and for two shapes of one type.
    """

    def __init__(self, shapes: Iterable[type[Struct]], upcasts: Mapping[str, Upcast] | None = None) -> None:
        """Check the chains once, so that reading can trust them."""
        self.shapes: dict[str, type[Struct]] = {}
        for shape in shapes:
            name: str = shape.TYPE  # type: ignore[attr-defined]  # every shape names its TYPE
            if self.shapes.setdefault(name, shape) is not shape:
                raise ValueError(f"two shapes of {name}")
        upcasts = upcasts or {}
        followed = set()
        self._newest: dict[str, int] = {}
        for name in self.shapes:
            family, version = split_version(name)
            self._newest[family] = max(version, self._newest.get(family, 0))
        self._readers: dict[str, tuple[Callable[[Raw | bytes], Any], tuple[Upcast, ...]]] = {}
        for name, shape in self.shapes.items():
            family, version = split_version(name)
            chain = []
            for step in range(version, self._newest[family]):
                if (upcast := upcasts.get(f"{family}.v{step}")) is None:
                    raise ValueError(f"no upcast from {family}.v{step} to v{step + 1}")
                followed.add(f"{family}.v{step}")
                chain.append(upcast)
            self._readers[name] = (msgspec.json.Decoder(shape).decode, tuple(chain))
        if strays := upcasts.keys() - followed:
            raise ValueError(f"upcasts that lead nowhere: {', '.join(sorted(strays))}")

    def read(self, type_: str, data: Raw | bytes) -> Any:
        """Return the data of an event of this type in its newest version.

        Raises ``UnknownType``, ``NewerVersion``, and msgspec's errors for data that does not fit the shape.
        """
        try:
            decode, chain = self._readers[type_]
        except KeyError:
            raise self.why_not(type_) from None
        shape = decode(data)
        for upcast in chain:
            shape = upcast(shape)
        return shape

    def knows(self, type_: str) -> bool:
        """Return whether this very version was published."""
        return type_ in self._readers

    def why_not(self, type_: str) -> UnknownType | NewerVersion:
        """Return the error for a type that ``knows`` denies."""
        try:
            family, version = split_version(type_)
        except ValueError:
            return UnknownType(type_)
        if version > self._newest.get(family, version):
            return NewerVersion(f"{type_}: this code knows {family} up to v{self._newest[family]}")
        return UnknownType(type_)


def split_version(type_: str) -> tuple[str, int]:
    """Split ``a.b.v3`` into ``("a.b", 3)``; raises ``ValueError`` where there is no version."""
    family, mark, version = type_.rpartition(".v")
    if not mark or not version.isascii() or not version.isdigit():
        raise ValueError(f"{type_!r} does not end in .v and a number")
    return family, int(version)


INPUT_LANGUAGES: Mapping[str, Language] = {spec.name: Language(spec.input.types, spec.input.upcasts) for spec in SERVICES if spec.input is not None}
"""What the input topic of each deciding service holds, by the name of the service."""

REPORT_LANGUAGE = Language(REPORTS)
"""What senders may report."""

MERGE_LANGUAGE = Language(MERGE_COMMANDS)
"""What enrolment's policies ask of a child."""

RECORD_LANGUAGE = Language((fact for spec in SERVICES for fact in spec.facts), {**STUDENT_UPCASTS, **FACT_UPCASTS})
"""What the deciding services write into the record."""

ACCESS_LANGUAGE = Language(ACCESS_TYPES)
"""What the apis write of who looked at which child."""

UNRECORDED_LANGUAGE = Language((Refused, Dead))
"""What the topics beside the record hold."""
