"""Query parameters, the same in every api: a parameter that the route does not declare, or that is given twice where one is meant, is a 422.

What a route declares is read from the api's own description, so that a declared parameter is always a documented one.
"""

import re
from datetime import date
from functools import cache
from typing import Annotated, Any

from fastapi import FastAPI, Request
from pydantic import BeforeValidator

from shared.events.field_rules import shown_name
from shared.http.problems import invalid_parameters

_is_day = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


def day_of(text: str) -> date:
    """Return a day that is written ``YYYY-MM-DD``; raises ``ValueError`` for any other form, of which the standard library reads several."""
    if not _is_day(text):
        raise ValueError("must be a day, YYYY-MM-DD")
    return date.fromisoformat(text)


Day = Annotated[date, BeforeValidator(day_of)]
"""A day in a query. Left to itself the framework also reads numbers of seconds, and moments."""


async def check_query(request: Request) -> None:
    """Raise ``Problem`` where the query of a request names what its route does not declare, or names anything twice that it declares once."""
    query = request.query_params.multi_items()
    if not query:
        return
    declared = _declared(request.app, request.scope["route"].path_format, request.method)
    if declared is None:
        return
    known = f"the parameters are {', '.join(declared)}" if declared else "there are no parameters"
    names = [name for name, _ in query]
    wrong: dict[str, str] = {}
    for name in names:
        if name not in declared:
            wrong[name] = f"is not known; {known}"
        elif not declared[name] and names.count(name) > 1:
            wrong[name] = "must be given once"
    if wrong:
        raise invalid_parameters({f"query.{shown_name(name)}": rule for name, rule in wrong.items()})


@cache
def _declared(app: FastAPI, path: str, method: str) -> dict[str, bool] | None:
    """Return whether each query parameter of a route may be given several times, by name; None for a route that the description leaves out."""
    operation = app.openapi()["paths"].get(path, {}).get(method.lower())
    if operation is None:
        return None
    return {each["name"]: _is_array(each["schema"]) for each in operation.get("parameters", ()) if each["in"] == "query"}


def _is_array(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "array" or any(map(_is_array, schema.get("anyOf", ())))
