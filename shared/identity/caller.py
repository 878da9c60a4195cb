"""Who is asking: the subject of a token, its office and its roles (wire page, section 8). Pure."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What somebody does for an office."""

    SENDER = "sender"
    """A system that reports children for its office and all offices below it."""
    REPORTER = "reporter"
    """A township or a school that reports, and tells of its attempts to bring a child back."""
    OFFICER = "officer"
    """A county's officer, who works on files and aid."""
    SUPERIOR = "superior"
    """A prefecture, a province or the nation, which reads what is below it."""
    AUDITOR = "auditor"
    """Reads everything but names."""
    STATISTICIAN = "statistician"
    """Reads counts with their small cells, and no child."""
    OPERATOR = "operator"
    """Keeps the system running, and reads no child."""


class Caller(Struct, frozen=True):
    """Somebody who has proved who they are. ``sub``: the issuer's name for them; ``office``: one of wire page, section 8."""

    sub: str
    office: str
    roles: frozenset[Role]

    @property
    def owner(self) -> str:
        """Return the text that stands for the caller where something belongs to them: a receipt, an ``Idempotency-Key``."""
        return f"{self.sub}\n{self.office}"


def roles_of(names: Iterable[str]) -> frozenset[Role]:
    """Return the roles of these names. An issuer may have roles of its own beside them, which mean nothing here."""
    return frozenset(role for role in Role if role in set(names))
