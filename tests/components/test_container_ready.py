"""The question that a container's health check asks."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.local.config import ROOT, free_ports

Answering = Callable[..., int]


@pytest.fixture
def answering() -> Iterator[Answering]:
    """`answering(status, body, alive=200)`: a port where `/readyz` is answered so, `/livez` with `alive`, and nothing else."""
    servers: list[HTTPServer] = []

    def serve(status: int, body: bytes = b"", *, alive: int = 200) -> int:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response({"/readyz": status, "/livez": alive}.get(self.path, 404))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Answer))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return int(servers[-1].server_address[1])

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def asked(port: int) -> int:
    answer = subprocess.run([sys.executable, "-m", "deploy.image.ready", str(port)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stderr == ""
    return answer.returncode


def test_a_process_that_is_ready_is_healthy(answering: Answering) -> None:
    assert asked(answering(200)) == 0


def test_one_that_hangs_is_not(answering: Answering) -> None:
    assert asked(answering(200, alive=503)) == 1


@pytest.mark.parametrize("status", [404, 500, 503])
def test_one_that_is_not_ready_is_not(answering: Answering, status: int) -> None:
    assert asked(answering(status)) == 1


@pytest.mark.parametrize(("missing", "exit_code"), [(["lag"], 0), (["redis"], 1), (["lag", "redis"], 1), ([], 1)])
def test_one_that_is_only_behind_is_healthy(answering: Answering, missing: list[str], exit_code: int) -> None:
    assert asked(answering(503, json.dumps({"missing": dict.fromkeys(missing, "why")}).encode())) == exit_code


@pytest.mark.parametrize("body", [b"[]", b"nonsense"])
def test_an_answer_that_is_no_problem_of_ours_is_none(answering: Answering, body: bytes) -> None:
    assert asked(answering(503, body)) == 1


def test_nor_is_one_that_does_not_answer() -> None:
    assert asked(free_ports(1)[0]) == 1
