"""What ``/openapi.json`` says of the desk's documents."""

from collections.abc import Sequence

from services.case.desk.documents import Desk, DeskFile, FoundFiles, WorkCounts, WorkList
from services.case.desk.forms import AskedNames, AskedSearch, AskedUnmasking
from services.case.desk.tables import Format
from services.case.openapi import WHY_NOT
from shared.http import openapi

SHAPES = (Desk, DeskFile, FoundFiles, WorkCounts, WorkList, AskedNames, AskedSearch, AskedUnmasking)
"""The documents."""


def passed_on(description: str, *problem_statuses: int) -> openapi.Answers:
    """Return the answers of an endpoint that passes on what another service says."""
    content = {"application/json": {"schema": {"type": "object"}}}
    return {200: {"description": description, "content": content}} | openapi.problem_responses(*problem_statuses, why=WHY_NOT)


def table(description: str, formats: Sequence[Format], *problem_statuses: int) -> openapi.Answers:
    """Return the answers of an endpoint whose document is a table."""
    content = {each.media_type: {"schema": {"type": "string", "format": "binary"}} for each in formats}
    return {200: {"description": description, "content": content}} | openapi.problem_responses(*problem_statuses, why=WHY_NOT)
