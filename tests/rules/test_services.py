"""What the catalogue says of a service is what its code does."""

from __future__ import annotations

from importlib import import_module

import pytest

from deploy.local.config import ROOT
from shared.contracts.services import SERVICES, ServiceSpec
from shared.deciding.service import DecidingService

DECIDING = pytest.mark.parametrize("spec", [spec for spec in SERVICES if spec.input is not None], ids=lambda spec: spec.name)


def deciding(spec: ServiceSpec) -> DecidingService:
    service: DecidingService = import_module(f"services.{spec.name}.wiring").SERVICE
    return service


def test_every_folder_of_a_service_has_a_row_in_the_catalogue_and_every_row_a_folder() -> None:
    assert sorted(spec.name for spec in SERVICES) == sorted(path.parent.name for path in (ROOT / "services").glob("*/__main__.py"))


def test_no_two_processes_listen_on_one_port() -> None:
    ports = [port for spec in SERVICES for port in (spec.port, spec.admin_port)]
    assert len(set(ports)) == len(ports)


@DECIDING
def test_a_service_decides_what_its_row_says(spec: ServiceSpec) -> None:
    assert spec.input is not None
    service = deciding(spec)
    assert service.spec is spec
    assert (service.decider.service, service.decider.source, service.decider.topic) == (spec.name, spec.source, spec.input.name)


@DECIDING
def test_policies_hear_the_services_that_their_row_names(spec: ServiceSpec) -> None:
    policies = deciding(spec).policies
    heard = set() if policies is None else set(policies.hears)
    assert heard == {f"/{name}" for name in spec.hears}
    assert set(spec.hears) <= {each.name for each in SERVICES}


@DECIDING
def test_policies_publish_to_the_input_topic_of_their_own_service(spec: ServiceSpec) -> None:
    assert spec.input is not None
    if (policies := deciding(spec).policies) is not None:
        assert (policies.service, policies.source, policies.commands_topic) == (spec.name, spec.policy_source, spec.input.name)
