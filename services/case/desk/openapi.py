"""What ``/openapi.json`` says of the desk's documents."""

from collections.abc import Sequence
from typing import Any

from services.case.desk.documents import Desk, DeskFile, FoundFiles, WorkCounts, WorkList
from services.case.desk.forms import AskedNames, AskedNote, AskedPaper, AskedSearch, AskedUnmasking
from services.case.openapi import WHY_NOT
from shared.http import openapi

SHAPES = (Desk, DeskFile, FoundFiles, WorkCounts, WorkList, AskedNames, AskedSearch, AskedUnmasking, AskedPaper, AskedNote)
"""The documents."""


def passed_on(description: str, *problem_statuses: int) -> openapi.Answers:
    """Return the answers of an endpoint that passes on what another service says."""
    content = {"application/json": {"schema": {"type": "object"}}}
    return {200: {"description": description, "content": content}} | openapi.problem_responses(*problem_statuses, why=WHY_NOT)


def made(description: str, media_types: Sequence[str], *problem_statuses: int) -> openapi.Answers:
    """Return the answers of an endpoint whose document is a file of one of these types."""
    return {200: {"description": description, "content": _files(media_types)}} | openapi.problem_responses(*problem_statuses, why=WHY_NOT)


def files_body(media_types: Sequence[str]) -> dict[str, Any]:
    """Return the ``requestBody`` of a file of one of these types, for ``openapi_extra``."""
    return {"requestBody": {"required": True, "content": _files(media_types)}}


def _files(media_types: Sequence[str]) -> dict[str, Any]:
    return {each: {"schema": {"type": "string", "format": "binary", "description": "The file"}} for each in media_types}
