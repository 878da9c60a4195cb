"""What ``/openapi.json`` says of the documents of children's names."""

from functools import partial
from typing import Any

from services.enrolment.children.child_intake import ChildrenWritten, MediaType
from services.enrolment.children.child_reader import AskedAct, AskedNames, AskedSearch, ErasedChild, FoundChildren, ListedChildren
from services.enrolment.children.note_forms import AskedNote, FileType
from services.enrolment.children.notes import ChildNotes, WrittenNote
from services.enrolment.directory.child import ChildForm, ShownChild
from services.enrolment.looks.looks import LookPage
from shared.http import openapi

_CHILD = {"$ref": openapi.REFERENCE.format(name=ChildForm.__name__)}
_WHY = {
    400: "The body cannot be read",
    401: "Nobody said who is asking",
    403: "The caller's roles have no right to this",
    404: "There is no such child in the directory, or none in the caller's area",
    409: "The id is another note's, or the child has as many notes as it may have",
    410: "The name was erased, or its key is lost",
    413: "The body is over a limit, which is named; nothing of it was written",
    415: "Not a media type that is taken; those that are, are named",
    422: "A field or a parameter breaks a rule, or the only child of the body was refused",
    503: "The directory, the log or Redis is unavailable, or it could not be written who looked; nothing is shown",
}

CHILDREN: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MediaType.JSON.value: {
                "schema": {"anyOf": [_CHILD, {"type": "array", "items": _CHILD}], "description": "`ChildForm`, or an array of them"}
            },
            MediaType.NDJSON.value: {"schema": {"type": "string", "description": "A child a line; blank lines are skipped, but numbered"}},
        },
    }
}
"""What a body of children may be, for ``openapi_extra``."""

_FILE = {"type": "string", "format": "binary", "description": "The file"}
FILE: dict[str, Any] = {"requestBody": {"required": True, "content": {each.value: {"schema": _FILE} for each in FileType}}}
"""What the body of an attachment may be, for ``openapi_extra``."""

responses = partial(openapi.responses, why=_WHY)


def files(description: str, *problem_statuses: int) -> openapi.Answers:
    """Return the answers of an endpoint that returns an attachment."""
    content = {each.value: {"schema": _FILE} for each in FileType}
    return {200: {"description": description, "content": content}} | openapi.problem_responses(*problem_statuses, why=_WHY)


def schemas() -> dict[str, Any]:
    """Return the schemas of what is taken and returned, by name."""
    asked = (ChildForm, AskedSearch, AskedNames, AskedAct, AskedNote)
    return openapi.schemas_of(*asked, ChildrenWritten, ShownChild, FoundChildren, ListedChildren, ErasedChild, LookPage, WrittenNote, ChildNotes)
