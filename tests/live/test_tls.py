"""TLS to Kafka, with a real broker and a certificate that is made here by the JVM that runs it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import jars, kafka, kafka_access
from deploy.local.config import StackConfig, port_is_free
from deploy.local.java import Java, find_java
from deploy.local.kafka_access import OPERATOR
from services.reporting.audit.sources.inventory import take_inventory
from services.reporting.audit.sources.kafka_topic import Brokers as AuditedBrokers
from shared.brokers import Brokers
from shared.log.event_log import LogUnavailable
from shared.log.kafka_log import KafkaLog
from shared.log.topic_admin import ensure_topics
from shared.log.topics import STUDENT_STATUS, topics
from tests.support.documents import ROOT

STARTED = 120.0
PASSWORD = "of-no-weight"


def keytool(java: Java, home: Path, *words: str) -> str:
    told = ["-keystore", "broker.p12", "-storepass", PASSWORD, "-alias", "broker"]
    run = subprocess.run([java.path, "sun.security.tools.keytool.Main", *words, *told], cwd=home, capture_output=True, text=True, check=True)
    return run.stdout


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackConfig]:
    """A broker whose clients come by TLS; its certificate is for 127.0.0.1, and stands in `ca.pem`."""
    config, java = StackConfig.on_free_ports(tmp_path_factory.mktemp("tls")), find_java()
    folder = jars.ensure(config.cache)
    kafka.prepare(config, java, folder)
    home = kafka.folder(config)
    made = ("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=broker", "-ext", "SAN=ip:127.0.0.1", "-storetype", "PKCS12")
    keytool(java, home, *made)
    (home / "ca.pem").write_text(keytool(java, home, "-exportcert", "-rfc"))
    settings = (home / "server.properties").read_text().replace("CLIENTS:SASL_PLAINTEXT", "CLIENTS:SASL_SSL")
    tls = {"keystore.type": "PKCS12", "keystore.location": "broker.p12", "keystore.password": PASSWORD}
    tls |= {"truststore.type": "PEM", "truststore.location": "ca.pem"}
    (home / "server.properties").write_text(settings + "".join(f"ssl.{name}={value}\n" for name, value in tls.items()))
    with (home / "log").open("wb") as log, subprocess.Popen(kafka.command(java, folder), cwd=home, stdout=log, stderr=log) as broker:
        try:
            deadline = time.monotonic() + STARTED
            while port_is_free(config.kafka_port):
                assert time.monotonic() < deadline, (home / "log").read_text()[-2000:]
                time.sleep(0.05)
            ensure_topics(by_tls(config), topics(partitions=1))
            yield config
        finally:
            broker.kill()


def by_tls(config: StackConfig) -> Brokers:
    return replace(kafka_access.brokers(config, OPERATOR), tls=True, ca_file=kafka.folder(config) / "ca.pem")


def variables(brokers: Brokers) -> dict[str, str]:
    """Return the variables by which the auditors' commands are told of brokers."""
    files = {"PASSWORD_FILE": brokers.password_file, "CA_FILE": brokers.ca_file}
    told = {"BOOTSTRAP": brokers.bootstrap, "USER": brokers.user, "MECHANISM": brokers.mechanism, "TLS": str(brokers.tls), **files}
    return {f"REPORTING_KAFKA_{name}": str(value) for name, value in told.items() if value is not None}


@pytest.mark.live
async def test_the_log_is_written_and_read_by_tls(config: StackConfig) -> None:
    log = KafkaLog(by_tls(config), client_id="test")
    await log.start()
    assert await log.append(STUDENT_STATUS, {0: [(b"k", b"v")]}) == {0: 0}
    assert [record.value async for piece in log.read(STUDENT_STATUS, 0, 0, 1) for record in piece] == [b"v"]
    await log.stop()


@pytest.mark.live
def test_the_auditors_commands_ask_by_tls(config: StackConfig) -> None:
    found = take_inventory(AuditedBrokers(config.kafka_bootstrap, by_tls(config).client()))
    assert STUDENT_STATUS in {topic.topic for topic in found.topics}


def untrusting(config: StackConfig, wrong: dict[str, object]) -> Brokers:
    """Return the brokers as a client finds them that is told something wrong."""
    told = {"bootstrap": f"localhost:{config.kafka_port}"} if "bootstrap" in wrong else wrong
    return replace(by_tls(config), **told)


WRONG = pytest.mark.parametrize(
    "wrong",
    [{"tls": False, "ca_file": None}, {"ca_file": None}, {"bootstrap": "localhost"}],
    ids=["without TLS", "a certificate that nobody vouches for", "another name than the certificate has"],
)


@pytest.mark.live
@WRONG
async def test_a_process_sends_no_password_to_whoever_cannot_show_the_certificate(config: StackConfig, wrong: dict[str, object]) -> None:
    log = KafkaLog(untrusting(config, wrong), client_id="test", patience=3.0)
    with pytest.raises(LogUnavailable):
        await log.start()


@pytest.mark.live
@WRONG
def test_nor_do_the_auditors_commands(config: StackConfig, wrong: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    brokers = untrusting(config, wrong)
    for name, value in variables(brokers).items():
        monkeypatch.setenv(name, value)
    # In a process of its own: kafka-python leaves the sockets open on which it was shown no certificate that it takes.
    main = "from services.reporting.cli import app; app()"
    done = subprocess.run([sys.executable, "-c", main, "topics"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert f"No Kafka at {brokers.bootstrap}" in done.stderr
