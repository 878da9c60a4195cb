"""The proxy and the issuer of the containers, as far as their files tell; `check.py` beside each runs the real one."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest

from docs.generate.reference.http import openapi
from shared.contracts.services import ENROLMENT, RELIEF, REPORTING, SERVICES, ServiceSpec
from shared.http.sessions.routes import SIGNED_IN
from shared.identity.caller import Role
from tests.support.compose import BASE, ROOT, load

FILE = ROOT / "deploy" / "compose.one-address.yml"
OVER = load(BASE, FILE)
NGINX = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text("utf-8")
REALM: dict[str, Any] = json.loads((ROOT / "deploy" / "keycloak" / "baoxue-realm.json").read_text("utf-8"))
OF_THE_DESK = {"/v1/desk", "/v1/session"}
CLIENTS = {client["clientId"]: client for client in REALM["clients"]}


def test_it_is_a_compose_file() -> None:
    schema = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(OVER)


def test_every_api_is_behind_the_proxy_at_its_own_port_and_takes_its_name() -> None:
    behind = dict(re.findall(r"upstream (\w+) \{ server ([\w-]+:\d+);", NGINX))
    assert behind == {**{spec.name: f"{spec.api}:{spec.port}" for spec in SERVICES}, "identity": "keycloak:8080"}
    for spec in SERVICES:
        assert OVER["services"][spec.api]["environment"][f"{spec.name.upper()}_HOSTS"].split(",")[0] == "localhost"
    assert set(re.findall(r"proxy_pass http://(\w+);", NGINX)) == set(behind)


def test_every_api_takes_the_issuers_tokens_by_its_name_and_asks_it_within() -> None:
    name, within = "https://localhost:8443/realms/baoxue", "http://keycloak:8080/realms/baoxue"
    for spec in SERVICES:
        told = OVER["services"][spec.api]["environment"]
        assert (told[f"{spec.name.upper()}_ISSUER"], told[f"{spec.name.upper()}_ISSUER_ADDRESS"]) == (name, within)
    keycloak = OVER["services"]["keycloak"]["environment"]
    assert f"{keycloak['KC_HOSTNAME']}/realms/{REALM['realm']}" == name
    assert keycloak["KC_HOSTNAME_BACKCHANNEL_DYNAMIC"] == "true"


@pytest.mark.parametrize(("service", "variable"), [("reporting", "BAOXUE_ADDRESS"), ("case", "BAOXUE_DESK_ADDRESS")])
def test_the_issuer_leads_people_back_to_each_page(service: str, variable: str) -> None:
    told, prefix = OVER["services"][f"{service}-api"]["environment"], service.upper()
    address = told[f"{prefix}_ADDRESS"]
    assert OVER["services"]["keycloak"]["environment"][variable] == address
    client = CLIENTS[told[f"{prefix}_CLIENT_ID"]]
    assert f"${{{variable}:{address}}}{SIGNED_IN}" in client["redirectUris"]
    assert f"${{{variable}:{address}}}/" in client["attributes"]["post.logout.redirect.uris"].split("##")


def test_the_desk_finds_whom_it_asks_by_a_name_that_they_take() -> None:
    for name in (ENROLMENT.name, RELIEF.name, REPORTING.name):
        address = OVER["services"]["case-api"]["environment"][f"CASE_{name.upper()}_URL"]
        assert urlsplit(address).hostname in OVER["services"][f"{name}-api"]["environment"][f"{name.upper()}_HOSTS"].split(",")


@pytest.mark.parametrize("spec", SERVICES, ids=lambda spec: spec.name)
def test_what_an_api_is_told_is_a_setting_of_its_own(spec: ServiceSpec) -> None:
    settings = import_module(f"services.{spec.name}.settings").Settings
    assert {f"{spec.name.upper()}_{field.upper()}" for field in settings.model_fields} >= set(OVER["services"][spec.api]["environment"])


@pytest.mark.parametrize("service", [spec.name for spec in SERVICES if spec.input is not None])
def test_every_path_of_an_api_is_sent_to_it(service: str) -> None:
    """What the description of the service says that it answers; reporting has all the rest, and the desk has an origin of its own."""
    paths = {"/".join(path.split("/")[:3]) for path in openapi(service)["paths"] if path.startswith("/v1/")} - OF_THE_DESK
    sent = {path for path, to in re.findall(r"location (/v1/[\w-]+) \{[^}]*proxy_pass http://(\w+);", NGINX) if to == service}
    assert paths
    assert paths <= sent


def test_the_desk_has_an_origin_of_its_own_and_the_whole_of_it_is_cases() -> None:
    (desk,) = re.findall(r"server \{\n\s+listen 8444 ssl;(.*?)\n    \}\n", NGINX, re.DOTALL)
    assert re.findall(r"location / \{ proxy_pass http://(\w+); \}", desk) == ["case"]
    assert "^/(livez|readyz|metrics)$ { return 404; }" in desk


def test_the_only_address_is_by_tls_and_says_so_to_browsers() -> None:
    assert re.findall(r"listen (\d+)([^;]*);", NGINX) == [("8080", ""), ("8444", " ssl"), ("8443", " ssl")]
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in NGINX
    assert re.search(r'add_header Strict-Transport-Security "max-age=31536000[^"]*" always;', NGINX)
    assert "return 308 https://" in NGINX
    assert OVER["services"]["proxy"]["ports"] == ["127.0.0.1:8443:8443", "127.0.0.1:8444:8444"]
    assert "ports" not in OVER["services"]["keycloak"]


def test_requests_are_limited_by_caller_and_by_address() -> None:
    zones = dict(re.findall(r"limit_req_zone (\$\w+) zone=(\w+):", NGINX))
    assert zones == {"$caller": "callers", "$binary_remote_addr": "addresses"}
    assert set(re.findall(r"limit_req zone=(\w+) ", NGINX)) == set(zones.values())
    assert "limit_conn open" in NGINX
    # What the log of errors tells of a request has the query in it.
    assert {"limit_req_log_level info;", "limit_conn_log_level info;"} <= {line.strip() for line in NGINX.splitlines()}


@pytest.mark.parametrize("name", ["proxy", "keycloak"])
def test_neither_may_do_what_it_need_not(name: str) -> None:
    container = OVER["services"][name]
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r":\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$", container["image"])
    assert not any("PASSWORD" in variable for variable in container.get("environment", {}))
    assert set(container["secrets"]) <= set(OVER["secrets"])


def test_the_realm_has_the_roles_and_two_offices() -> None:
    roles = {role["name"] for role in REALM["roles"]["realm"]}
    assert roles == set(Role)
    offices = {user["attributes"]["office"][0] for user in REALM["users"]}
    assert offices == {"/provinces/51", "/counties/513431"}
    assert {role for user in REALM["users"] for role in user["realmRoles"]} <= roles


def test_people_come_by_code_with_pkce_and_systems_by_a_key() -> None:
    people, system = CLIENTS["baoxue-pages"], CLIENTS["province-51"]
    assert set(CLIENTS) == {"baoxue-pages", "province-51"}
    assert people["attributes"]["pkce.code.challenge.method"] == "S256"
    assert (people["standardFlowEnabled"], people["publicClient"], people["serviceAccountsEnabled"]) == (True, True, False)
    assert (system["clientAuthenticatorType"], system["serviceAccountsEnabled"], system["standardFlowEnabled"]) == ("client-jwt", True, False)
    assert system["attributes"]["token.endpoint.auth.signing.alg"] == "ES256"
    for client in CLIENTS.values():
        assert not client["implicitFlowEnabled"]
        assert not client["directAccessGrantsEnabled"]
        assert "secret" not in client
        assert "*" not in "".join(client.get("redirectUris", ()))


def test_tokens_are_short_and_of_rfc_9068_and_name_office_roles_and_audience() -> None:
    assert REALM["accessTokenLifespan"] <= 300
    assert REALM["defaultSignatureAlgorithm"] == "ES256"
    [scope] = REALM["clientScopes"]
    claims = {mapper["config"].get("claim.name", mapper["name"]) for mapper in scope["protocolMappers"]}
    assert {"sub", "office", "roles", "audience"} == claims
    for name, client in CLIENTS.items():
        assert client["attributes"]["access.token.header.type.rfc9068"] == "true"
        assert client["defaultClientScopes"] == ["baoxue"]
        assert client["protocolMappers"][0]["config"]["claim.value"] == name


def test_nobody_sets_his_own_office_and_no_password_comes_with_the_realm() -> None:
    [profile] = REALM["components"]["org.keycloak.userprofile.UserProfileProvider"]
    attributes = json.loads(profile["config"]["kc.user.profile.config"][0])["attributes"]
    [office] = [each for each in attributes if each["name"] == "office"]
    assert office["permissions"]["edit"] == ["admin"]
    assert all("credentials" not in user for user in REALM["users"])
