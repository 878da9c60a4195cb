"""How our processes begin."""

import asyncio
import sys
from types import ModuleType

import pytest
import uvicorn
from fastapi import FastAPI

from shared import process


def test_an_api_runs_on_asyncios_own_loop_whatever_else_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", ModuleType("uvloop"))
    chosen: list[object] = []

    def run(server: uvicorn.Server, **_: object) -> None:
        server.started = True
        chosen.append(server.config.get_loop_factory())

    monkeypatch.setattr(uvicorn.Server, "run", run)
    process._serve(FastAPI(), process.ApiSettings(kafka_bootstrap="", redis_url="", host="127.0.0.1", port=1, operations_port=2))
    assert chosen == [asyncio.SelectorEventLoop]
