"""`python -m deploy.proxy.check`: run a real nginx with the proxy's settings before services that echo, and say what came of each question.

Both `nginx` and `openssl` must be on the PATH. Only addresses and files are put in the place of the containers'.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from deploy.local.config import LOOPBACK, free_ports

SETTINGS = Path(__file__).parent / "nginx.conf"
SERVICES = ("enrolment-api:8001", "case-api:8002", "relief-api:8003", "reporting-api:8000", "keycloak:8080")
BURST = 100
"""How many requests of one caller are let through at once."""


class Wrong(Exception):
    """Something is not as the message says."""


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked, and by which of the addresses."""

    server: ThreadingHTTPServer

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        read = len(self.rfile.read(length))
        told = {"path": self.path, "port": self.server.server_port, "headers": dict(self.headers), "read": read}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  # the library's own name

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def check(folder: Path) -> None:
    """Ask everything. Raises `Wrong`."""
    plain, tls, desk, *behind = free_ports(3 + len(SERVICES))
    text = (
        SETTINGS.read_text("utf-8")
        .replace("listen 8080;", f"listen {LOOPBACK}:{plain};")
        .replace("listen 8443 ssl;", f"listen {LOOPBACK}:{tls} ssl;")
        .replace("listen 8444 ssl;", f"listen {LOOPBACK}:{desk} ssl;")
    )
    for service, port in zip(SERVICES, behind, strict=True):
        text = text.replace(f"server {service};", f"server {LOOPBACK}:{port};")
        threading.Thread(target=ThreadingHTTPServer((LOOPBACK, port), Echo).serve_forever, daemon=True).start()
    for place, here in (("/tmp/", f"{folder}/"), ("/run/secrets/", f"{folder}/"), ("/dev/stdout", f"{folder}/access.log")):  # noqa: S108
        text = text.replace(place, here)
    (folder / "nginx.conf").write_text(text, "utf-8")
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(folder / "proxy-key"), "-out", str(folder / "proxy-certificate")]
    subprocess.run(["openssl", *made], check=True, capture_output=True)
    nginx = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    subprocess.run([*nginx[:5], "-t"], check=True)
    with subprocess.Popen(nginx) as running:
        try:
            _ask(f"http://localhost:{plain}", f"https://localhost:{tls}", folder, dict(zip(SERVICES, behind, strict=True)))
            _ask_the_desk(f"https://localhost:{desk}", folder, behind[SERVICES.index("case-api:8002")])
        finally:
            running.terminate()


def _ask(plain: str, tls: str, folder: Path, behind: dict[str, int]) -> None:
    with httpx.Client(verify=str(folder / "proxy-certificate"), timeout=10) as http:
        _until_up(http, plain)
        moved = http.get(f"{plain}/v1/cases?county=513431")
        say("plain HTTP is sent to TLS", moved.status_code == 308 and moved.headers["location"] == "https://localhost/v1/cases?county=513431")
        for path, service in ROUTES.items():
            answer = http.get(f"{tls}{path}")
            say(f"{path} is answered by {service}", answer.status_code == 200 and answer.json()["port"] == behind[service])
        answer = http.get(f"{tls}/v1/cases", headers={"X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4", "Authorization": "Bearer a"})
        headers = answer.json()["headers"]
        say("browsers are told to use TLS alone", "max-age=31536000" in answer.headers["strict-transport-security"])
        say("nobody says for himself where he comes from", headers["X-Forwarded-For"] == LOOPBACK and "Forwarded" not in headers)
        say("a token is passed on", headers["Authorization"] == "Bearer a")
        say("the version of the proxy is not told", answer.headers["server"] == "nginx")
        for path in ("/livez", "/readyz", "/metrics"):
            say(f"{path} is for within", http.get(f"{tls}{path}").status_code == 404)
        say("administration is for within", http.get(f"{tls}/admin/").json()["port"] == behind["reporting-api:8000"])
        say("reports may be long", http.post(f"{tls}/v1/reports", content=bytes(8 << 20)).json()["read"] == 8 << 20)
        say("nothing else may", http.post(f"{tls}/v1/cases/a", content=bytes(2 << 20)).status_code == 413)
        _limits(http, tls)
        say("no query and no token is logged", not {"county=", "Bearer"} & set((folder / "access.log").read_text().replace("?", " ").split()))


def _ask_the_desk(desk: str, folder: Path, case: int) -> None:
    with httpx.Client(verify=str(folder / "proxy-certificate"), timeout=10) as http:
        for path in ("/", "/sign-in", "/v1/session", "/v1/desk", "/v1/cases"):
            answer = http.get(f"{desk}{path}", headers={"X-Forwarded-For": "1.2.3.4"})
            say(f"the desk's {path} is answered by case", answer.status_code == 200 and answer.json()["port"] == case)
            say("and browsers are told to use TLS there too", "max-age=31536000" in answer.headers["strict-transport-security"])
            say("and nobody says for himself where he comes from", answer.json()["headers"]["X-Forwarded-For"] == LOOPBACK)
        say("whether case works is for within", http.get(f"{desk}/metrics").status_code == 404)


ROUTES = {
    "/v1/reports": "enrolment-api:8001",
    "/v1/receipts/a": "enrolment-api:8001",
    "/v1/children": "enrolment-api:8001",
    "/v1/access": "enrolment-api:8001",
    "/v1/cases": "case-api:8002",
    "/v1/plan-changes": "case-api:8002",
    "/v1/hand-overs": "case-api:8002",
    "/v1/unowned-cases": "case-api:8002",
    "/v1/county-flags": "case-api:8002",
    "/v1/places": "case-api:8002",
    "/v1/days": "case-api:8002",
    "/v1/grants/a": "relief-api:8003",
    "/v1/students/a/grants": "relief-api:8003",
    "/v1/terms/2020-spring": "relief-api:8003",
    "/": "reporting-api:8000",
    "/v1/counts": "reporting-api:8000",
    "/v1/stream": "reporting-api:8000",
    "/v1/cells": "reporting-api:8000",
    "/signed-in": "reporting-api:8000",
    "/realms/baoxue/.well-known/openid-configuration": "keycloak:8080",
}


def _limits(http: httpx.Client, tls: str) -> None:
    def statuses(number: int, token: str) -> list[int]:
        def ask(_: int) -> int:
            return http.get(f"{tls}/v1/counts", headers={"Authorization": f"Bearer {token}"}).status_code

        with ThreadPoolExecutor(16) as side_by_side:
            return list(side_by_side.map(ask, range(number)))

    time.sleep(1)
    greedy = statuses(4 * BURST, "greedy")
    say("a caller who asks too much is told to wait", greedy.count(200) >= BURST and 429 in greedy and set(greedy) == {200, 429})
    say("another caller is answered meanwhile", statuses(1, "modest") == [200])


def say(what: str, right: bool) -> None:
    """Say that something is so. Raises `Wrong` where it is not."""
    if not right:
        raise Wrong(what)
    sys.stdout.write(f"{what}: yes\n")


def _until_up(http: httpx.Client, url: str) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            http.get(url)
            return
        time.sleep(0.05)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        check(Path(made))
