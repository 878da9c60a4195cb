"""API3:2023, broken object property level authorization: fields that nobody may set, and fields that nobody may see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.components.attacks.targets import CHILD, Targets
from tests.components.enrolment.lines import event
from tests.components.relief.test_relief_api import PAY
from tests.domain.relief.grants import AUTUMN
from tests.support.callers import carrying

SMUGGLED = {
    "recordedtime": "2019-01-01T00:00:00Z", "sequence": "0000000000000001", "causationid": "x", "correlationid": "x", "state": "closed",
    "county": "110101", "status": "returned", "paid": True, "owner": "somebody", "role": "auditor", "roles": ["auditor"], "source": "/nation",
    "subject": "f" * 32, "id": "f" * 32, "partitionkey": "f" * 32, "__proto__": {"paid": True}, "constructor": {}, "history": [], "fen": 1,
}  # fmt: skip
"""What is the record's or the token's to say."""
PERSONAL = {"child_name", "birth_date", "born", "identity_number", "id_number", "phone", "telephone", "address", "guardians"}
OF_A_SENDER = {"id", "subject", "source", "partitionkey", "sequence", "causationid", "correlationid"}
"""What a report may say of itself (wire page, section 1); none of it reaches a fact as the record's own."""
COMMANDS: dict[str, tuple[str, dict[str, Any]]] = {
    "case": (
        f"/v1/cases/{CHILD}",
        {"do": "record-attempt", "office": "/counties/513431", "role": "teacher", "method": "visit", "met": "guardian", "outcome": "promised"},
    ),
    "relief": (f"/v1/grants/{CHILD}-{AUTUMN}", {"do": "set-boarding", "office": "/counties/513431", "boarder": True}),
}


@pytest.mark.parametrize("field", SMUGGLED)
async def test_no_command_takes_a_field_that_is_not_its_own(targets: Targets, field: str) -> None:
    for target in targets.all():
        if target.service in COMMANDS:
            path, body = COMMANDS[target.service]
            before = target.written()
            async with target.client(carrying("/counties/513431", "officer")) as client:
                answer = await client.post(path, json=body | {field: SMUGGLED[field]})
                assert (answer.status_code, answer.json()["field"]) == (422, field)
            assert target.written() == before


@pytest.mark.parametrize("field", sorted(SMUGGLED.keys() - OF_A_SENDER))
async def test_no_report_takes_an_attribute_that_is_the_records(targets: Targets, field: str) -> None:
    for body in (event() | {field: SMUGGLED[field]}, event(change={field: SMUGGLED[field]})):
        answer = await targets.enrolment.send(json.dumps(body).encode(), "application/cloudevents+json")
        assert answer.status_code == 422, answer.text
    assert targets.enrolment.logged() == []


async def test_no_body_says_who_is_speaking(targets: Targets) -> None:
    headers = carrying("/counties/513431", "reporter")["Authorization"]
    answer = await targets.enrolment.send(json.dumps(event(source="/provinces/51")).encode(), "application/cloudevents+json", Authorization=headers)
    assert (answer.status_code, answer.json()["code"], targets.enrolment.logged()) == (422, "not_your_county", [])


@pytest.mark.parametrize("office", ["/counties/513429", "/counties/110101", "/prefectures/513400", "/nation"])
async def test_no_command_says_who_is_speaking(targets: Targets, office: str) -> None:
    for target in targets.all():
        if target.service in COMMANDS:
            path, body = COMMANDS[target.service]
            before = target.written()
            async with target.client(carrying("/counties/513431", "officer")) as client:
                answer = await client.post(path, json=body | {"office": office})
                assert answer.status_code in ((403,) if office.startswith("/counties") else (403, 422)), (path, answer.text)
                assert answer.json()["field"] == "office"
            assert target.written() == before


async def test_no_answer_has_a_field_that_its_description_does_not_tell(targets: Targets) -> None:
    seen = 0
    for target in targets.all():
        document = target.app.openapi()
        async with target.client(carrying()) as client:
            for each in target.business():
                if (
                    each.method == "GET"
                    and each.route.include_in_schema
                    and each.path not in ("/v1/stream", "/v1/terms/2019-autumn", "/v1/receipts/b-1")
                ):
                    answer = await client.get(each.path)
                    media = document["paths"][each.route.path_format]["get"]["responses"]["200"]["content"]
                    if answer.status_code == 200 and "schema" in (described := media.get("application/json", {})):
                        undescribed(answer.json(), described["schema"], document["components"]["schemas"], each.name)
                        seen += 1
    assert seen >= 9


def undescribed(value: Any, schema: dict[str, Any], schemas: dict[str, Any], where: str) -> None:
    """Fail where an object has a member that its schema does not tell of."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for each in value:
            undescribed(each, schema.get("items", {}), schemas, where)
    elif isinstance(value, dict) and "properties" in schema:
        assert value.keys() <= schema["properties"].keys(), where
        for name, member in value.items():
            undescribed(member, schema["properties"][name], schemas, f"{where} {name}")


async def test_no_description_tells_of_a_name_or_an_identity_number_outside_the_directory(targets: Targets) -> None:
    found = {
        (target.service, name)
        for target in targets.all()
        for name, schema in target.app.openapi()["components"]["schemas"].items()
        if PERSONAL & schema.get("properties", {}).keys()
    }
    assert found == {("enrolment", name) for name in ("ChildForm", "Guardian", "ShownChild", "AskedSearch")} | {("case", "AskedSearch")}


async def test_a_payment_is_of_the_amount_that_is_due_whatever_the_body_says(targets: Targets) -> None:
    for fen in (1, 31_249, 31_251, 10**15):
        answer = await targets.relief.ask(AUTUMN, "pay", **(PAY | {"fen": fen}))
        assert (answer.status_code in (409, 422), answer.json()["field"]) == (True, "fen")
