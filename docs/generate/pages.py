"""The list of all pages."""

from __future__ import annotations

import json
from typing import Any

from bench.side_by_side.measured import load
from bench.targets.measured import load as load_targets
from docs.generate.commit_model import commit_model
from docs.generate.english.names import english_names
from docs.generate.failure_scenarios import failure_scenarios
from docs.generate.notices import notices
from docs.generate.problems_page import problems_page
from docs.generate.reference.asyncapi import asyncapi
from docs.generate.reference.cli import cli
from docs.generate.reference.detector import detector
from docs.generate.reference.errors import errors
from docs.generate.reference.events import events
from docs.generate.reference.http import http, openapi
from docs.generate.reference.metrics import metrics
from docs.generate.reference.performance import performance
from docs.generate.reference.redis_keys import redis_keys
from docs.generate.reference.rights import rights
from docs.generate.reference.settings import settings
from docs.generate.reference.topics import topics_page
from docs.generate.security.asvs import asvs
from docs.generate.security.owasp import owasp
from shared.contracts.registry import RECORD_LANGUAGE
from shared.contracts.services import SERVICES

REFERENCE = "docs/reference"
PROBLEMS_PAGE = "shared/http/pages/files/problems.html"
COMMIT_MODEL = "docs/explanation/commit-model.md"
FAILURES = "docs/explanation/failure-scenarios.md"
ENGLISH_NAMES = "shared/http/pages/look/names.en.json"


def pages() -> dict[str, str]:
    """Return every page that is made from the code, by its path below the checkout."""
    return {
        "THIRD-PARTY-NOTICES.md": notices(),
        "services/reporting/audit/definition/types.csv": types_of_the_record(),
        ENGLISH_NAMES: english_names(),
        PROBLEMS_PAGE: problems_page(),
        COMMIT_MODEL: commit_model(),
        FAILURES: failure_scenarios(),
        **{f"{REFERENCE}/{name}": text for name, text in reference().items()},
    }


def types_of_the_record() -> str:
    """Return every type of the record, with its family, writer and topic of inputs, for the audit: it shares no code with the language."""
    topics = {spec.source: spec.input.name for spec in SERVICES if spec.input is not None}
    source = {type_.TYPE.split(".")[2]: spec.source for spec in SERVICES for type_ in spec.facts}  # type: ignore[attr-defined]  # every fact names its TYPE
    families = {type_: type_.split(".")[2] for type_ in RECORD_LANGUAGE.shapes}
    rows = (f"{type_},{family},{source[family]},{topics[source[family]]}" for type_, family in families.items())
    return "".join(f"{line}\n" for line in ("type,family,source,input", *rows))


def reference() -> dict[str, str]:
    """Return every page of the reference, by the name of its file."""
    return {
        "asvs.md": asvs(),
        "asyncapi.json": _json(asyncapi()),
        "cli.md": cli(),
        "detector.md": detector(),
        "errors.md": errors(),
        "events.md": events(),
        "http.md": http(),
        "metrics.md": metrics(),
        "owasp-api-top-10.md": owasp(),
        "performance.md": performance(load(), load_targets()),
        "redis-keys.md": redis_keys(),
        "rights.md": rights(),
        "settings.md": settings(),
        "topics.md": topics_page(),
        **{f"openapi.{spec.name}.json": _json(openapi(spec.name)) for spec in SERVICES},
    }


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
