"""No request whatever makes an api fail: requests made up from its own description, good and bad, one by one and one after another.

``FUZZ_EXAMPLES`` sets how many are made up for each operation; ``make fuzz`` takes many.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.components.shared.office_desk import CHILD
from tests.domain.relief.grants import AUTUMN
from tests.fuzz.fuzzed import APIS, running
from tests.support.callers import carrying
from tests.support.redis import RedisServer

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
MADE_UP = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
CHECKS = [not_a_server_error, allow_header_conformance, status_code_conformance, content_type_conformance, response_schema_conformance]
PLACES = {"term": AUTUMN, "paper": "visit", "code": "513431", "note": CHILD, "student": CHILD}
"""What stands at places of paths that are no ids."""
ENDLESS = "/v1/stream"
NOT_READY = "/readyz"
"""What these apis stand on is not all there."""
TIMEOUT = 30
EVERYBODY = carrying()
"""Whoever asks may do everything: beyond a missing right no code would be reached."""


@schemathesis.serializer("application/x-ndjson")
def lines(_: object, value: object) -> bytes:
    """Send made-up text as it is, and anything else as a line of JSON."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module", params=APIS)
def schema(request: pytest.FixtureRequest, redis_server: RedisServer) -> Iterator[BaseSchema]:
    """The description of each api in turn, as it serves it."""
    with running(APIS[request.param], redis_server) as url:
        yield schemathesis.openapi.from_url(f"{url}/openapi.json").exclude(path=[ENDLESS, NOT_READY])


def operations(schema: BaseSchema) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_that_is_made_up_from_the_description_makes_an_api_fail(schema: BaseSchema, mode: GenerationMode) -> None:
    for operation in operations(schema):

        @MADE_UP
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case[Any]) -> None:
            for name in [name for name in case.headers or () if name.lower() == "host"]:
                del case.headers[name]  # another server's name is answered before any operation
            case.call_and_validate(checks=CHECKS, timeout=TIMEOUT, headers=EVERYBODY)

        with suppress(Unsatisfiable):  # what takes no parameter cannot be asked wrongly
            ask()


def test_no_requests_one_after_another_make_an_api_fail(schema: BaseSchema) -> None:
    class Sequences(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"headers": EVERYBODY}

        def validate_response(self, response: Any, case: schemathesis.Case[Any], **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Sequences.run(settings=settings(MADE_UP, stateful_step_count=6))


@MADE_UP
@given(body=st.binary(max_size=300) | st.text(alphabet='{}[]",:ab\\u0000é', max_size=80).map(str.encode), zipped=st.booleans())
def ask_with(url: str, media_type: str, body: bytes, zipped: bool) -> None:
    headers = EVERYBODY | {"content-type": media_type} | ({"content-encoding": "gzip"} if zipped else {})
    answer = requests.post(url, data=body, headers=headers, timeout=TIMEOUT)
    assert answer.status_code < 500, answer.text


def path_of(template: str) -> str:
    id_ = f"{CHILD}-{AUTUMN}" if "grants" in template else CHILD
    return re.sub(r"\{(\w+)\}", lambda name: PLACES.get(name[1], id_), template)


def test_no_body_of_any_bytes_makes_an_api_fail(schema: BaseSchema) -> None:
    for operation in operations(schema):
        if operation.method == "post":
            path = path_of(operation.path)
            for media_type in operation.definition.raw["requestBody"]["content"]:
                ask_with(f"{schema.get_base_url()}{path}", media_type)
