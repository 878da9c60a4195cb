"""The page of rights: the table of ``shared/identity/rights.py``, for people, and for the test that asks cell by cell."""

from __future__ import annotations

from docs.generate.markdown import code, page, table
from docs.generate.source import member_docs
from shared.identity.caller import Role
from shared.identity.offices import FORMS
from shared.identity.rights import Action, Reach, reach_of

INTRODUCTION = f"""\
Every request names its caller by an access token (`Authorization: Bearer`), which says the caller's office and roles. An office is {FORMS}.
Whoever has several roles has the rights of all of them. What is beyond the area of a right is a `403` where an area was asked for by its
code, and a `404`, as if it did not exist, where a child was."""

OPEN = """\
Open to anybody, without a token: `/livez`, `/readyz`, `/openapi.json`, `/docs`; on the api's own machine `/metrics`; of reporting `/`,
`/v1/headline`, `/v1/counts`, `/v1/stream`, `/v1/areas`, `/v1/map`, `/v1/screen` and `/v1/flows`, with small cells suppressed."""


def rights() -> str:
    """Return the page."""
    reaches, roles, actions = member_docs(Reach), member_docs(Role), member_docs(Action)
    return page(
        "Rights",
        INTRODUCTION,
        OPEN,
        "## Who may do what",
        table(("action", *Role), ((code(action), *(str(reach_of(role, action)) for role in Role)) for action in Action)),
        "## How far a right goes",
        table(("in the table", "means"), ((code(reach), text) for reach, text in reaches.items())),
        "## Actions",
        table(("action", "is"), ((code(action), text) for action, text in actions.items())),
        "## Roles",
        table(("role", "is"), ((code(role), text) for role, text in roles.items())),
    )
