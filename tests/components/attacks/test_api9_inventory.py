"""API9:2023, improper inventory management: an endpoint, a version or a host that nobody remembers."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from docs.generate.pages import reference
from shared.http.callers import OPERATIONS
from tests.components.attacks.targets import Targets
from tests.components.identity.test_endpoints import routes
from tests.support.callers import carrying

UNDESCRIBED = {"/", "/docs", "/docs/problems", "/openapi.json", "/sign-in", "/signed-in", "/sign-out"}
"""Pages for people, and the description itself."""


async def test_every_endpoint_is_in_the_reference_with_its_right(targets: Targets) -> None:
    page = reference()["http.md"]
    for target in targets.all():
        section = page.partition(f"\n## {target.service},")[2].partition("\n## ")[0]
        for each in target.business():
            if each.path in UNDESCRIBED:
                continue
            _, heading, described = section.partition(f"\n### {each.name}\n")
            assert heading, f"{target.service} {each.name}"
            described = described.partition("\n### ")[0]
            if each.is_open:
                assert "Open to anybody" in described, each.name
            else:
                assert all(f"`{right}`" in described for right in each.rights), each.name


@pytest.mark.parametrize("service", ["enrolment", "case", "relief", "reporting"])
async def test_the_attacks_know_every_endpoint_that_a_process_serves(targets: Targets, service: str) -> None:
    target = next(each for each in targets.all() if each.service == service)
    known = {each.route.path_format for each in target.endpoints()}
    of_people_and_names = {route.path_format for route in routes(service) if beside(route)}
    assert {route.path_format for route in routes(service)} - of_people_and_names <= known


def beside(route: APIRoute) -> bool:
    """Whether a route is of the sessions or of the directory, which have tests of their own."""
    return (
        OPERATIONS in route.tags
        or route.path_format in UNDESCRIBED | {"/v1/session"}
        or "/children" in route.path_format
        or "/access" in route.path_format
    )


async def test_no_other_version_and_no_forgotten_path_answers(targets: Targets) -> None:
    forgotten = (
        "/v0/cases", "/v2/cases", "/v1/cases/", "/V1/cases", "//v1/cases", "/v1//cases", "/v1/cases;x", "/api/v1/cases", "/internal/cases", "/admin",
        "/v1/students", "/v1/export", "/v1/cases.json", "/v1/files", "/swagger.json", "/openapi.yaml", "/.env", "/.git/config", "/backup.zip",
        "/v1/all", "/v1/debug", "/healthz", "/status", "/env", "/config", "/v1/reset", "/v1/../v2/cases",
    )  # fmt: skip
    for target in targets.all():
        async with target.client(carrying()) as client:
            for path in forgotten:
                assert (await client.get(path)).status_code == 404, (target.service, path)


async def test_an_api_describes_itself_as_its_reference_does(targets: Targets) -> None:
    pages = reference()
    for target in targets.all():
        described = {(path, method) for path, methods in target.app.openapi()["paths"].items() for method in methods}
        for path, method in described:
            assert f'"{path}"' in pages[f"openapi.{target.service}.json"], (target.service, method, path)
