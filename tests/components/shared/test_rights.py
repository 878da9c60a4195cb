"""What each process may do in Kafka, as it follows from the catalogue."""

from __future__ import annotations

import dataclasses

import pytest

from shared.contracts.services import CASE, ENROLMENT, SERVICES
from shared.log import rights as rooms
from shared.log.rights import AUDITOR, Right, rights, users
from shared.log.topics import ACCESS, INPUTS, REFUSALS, STUDENT_STATUS, dead, topics, traffic

RIGHTS = rights()


def who(operation: str, topic: str) -> set[str]:
    return {right.user for right in RIGHTS if right.operation == operation and right.kind == "topic" and right.name == topic}


@pytest.mark.parametrize("topic", [topic.name for topic in topics()])
def test_a_topic_is_written_by_those_that_the_reference_names_and_by_nobody_else(topic: str) -> None:
    assert who("WRITE", topic) == set(traffic(topic).written_by)


def test_facts_are_written_by_deciding_workers_alone() -> None:
    assert who("WRITE", STUDENT_STATUS) == {spec.worker for spec in SERVICES if spec.input is not None}


def test_only_its_own_processes_write_the_input_of_a_service() -> None:
    for service, topic in INPUTS.items():
        assert who("WRITE", topic.name) <= {f"{service}-api", f"{service}-worker"}
        assert who("READ", topic.name) == {f"{service}-worker", AUDITOR}


def test_apis_read_no_topic_but_that_of_looks_and_of_them_the_one_that_shows_it() -> None:
    apis = {spec.api for spec in SERVICES}
    assert {right for right in RIGHTS if right.operation == "READ" and right.user in apis} == {Right(ENROLMENT.api, "READ", "topic", ACCESS)}


def test_looks_are_written_by_the_apis_that_show_children_and_read_by_no_worker() -> None:
    assert who("WRITE", ACCESS) == {spec.api for spec in SERVICES if spec.input is not None}
    assert who("READ", ACCESS) == {ENROLMENT.api, AUDITOR}


def test_an_auditor_reads_every_topic_and_writes_none() -> None:
    assert all(AUDITOR in who("READ", topic.name) & who("DESCRIBE_CONFIGS", topic.name) for topic in topics())
    assert {right.operation for right in RIGHTS if right.user == AUDITOR} == {"READ", "DESCRIBE", "DESCRIBE_CONFIGS"}


def test_nobody_deletes_alters_or_makes_anything() -> None:
    assert {right.operation for right in RIGHTS} == {"READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"}
    assert {right.kind for right in RIGHTS} == {"topic", "groups"}
    assert {right.user for right in RIGHTS} <= set(users())


def test_a_worker_is_in_the_groups_of_its_own_service_alone() -> None:
    groups = {(right.user, right.name) for right in RIGHTS if right.kind == "groups" and right.operation == "READ"}
    assert groups == {(spec.worker, f"{spec.name}-") for spec in SERVICES}


def test_whoever_reads_the_record_knows_the_ends_that_it_is_judged_by() -> None:
    for spec in SERVICES:
        assert all(spec.worker in who("DESCRIBE", topic.name) | who("READ", topic.name) for topic in INPUTS.values())
        assert spec.worker in who("READ", dead(STUDENT_STATUS))


def test_a_worker_reads_back_what_it_wrote() -> None:
    for spec in SERVICES:
        if spec.input is not None:
            assert all(spec.worker in who("READ", name) for name in (STUDENT_STATUS, REFUSALS, dead(spec.input.name)))


def test_a_new_service_gets_its_own_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "SERVICES", (*SERVICES, dataclasses.replace(CASE, name="meals")))
    assert {"meals-api", "meals-worker"} <= set(users())
    assert Right("meals-worker", "READ", "groups", "meals-") in rights()
    assert Right("meals-worker", "READ", "topic", STUDENT_STATUS) in rights()
