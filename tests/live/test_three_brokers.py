"""The three brokers of deploy/compose.three-brokers.yml, with its settings, on this machine's ports instead of containers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from kafka.errors import InvalidReplicationFactorError
from typer.testing import CliRunner, Result

from deploy import cli
from deploy import cluster as commands
from deploy.local import jars, kafka
from deploy.local.config import LOOPBACK, StackConfig, free_ports, port_is_free
from deploy.local.java import find_java
from deploy.local.kafka_access import OPERATOR
from deploy.local.stack import LocalStack
from shared.brokers import Brokers
from shared.log.topic_admin import BrokerUnavailable, check_topics
from shared.log.topics import STUDENT_STATUS, topics
from tests.support.compose import BASE, THREE_BROKERS, broker_settings, load
from tests.support.stack import told_of

SERVICES = load(BASE, THREE_BROKERS)["services"]
NAMES = [name for name in SERVICES if name.startswith("kafka")]
STARTED = 120.0
NOT_ACKNOWLEDGED = 3

APPEND = f"""
import os, sys
from kafka import KafkaProducer
from kafka.errors import KafkaError
bootstrap, password, patience = sys.argv[1], open(sys.argv[2]).read(), int(sys.argv[3])
login = dict(security_protocol="SASL_PLAINTEXT", sasl_mechanism="SCRAM-SHA-512", sasl_plain_username="case-worker", sasl_plain_password=password)
waits = dict(delivery_timeout_ms=patience, request_timeout_ms=patience // 2, max_block_ms=patience)
producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", **waits, **login)
try:
    sent = [producer.send("{STUDENT_STATUS}", b"a fact", partition=partition) for partition in range(12)]
    print(*(each.get(timeout=2 * patience / 1000).offset for each in sent))
except KafkaError:
    os._exit({NOT_ACKNOWLEDGED})  # closing would wait for an answer
producer.close()
"""


class Cluster(NamedTuple):
    bootstrap: str
    brokers: list[subprocess.Popen[bytes]]
    secrets: Path

    def told(self, service: str) -> dict[str, str]:
        """What a container is told of Kafka, with the secrets where they are here."""
        told = {name: value for name, value in SERVICES[service]["environment"].items() if "_KAFKA_" in name}
        return {name: self.bootstrap if name.endswith("_BOOTSTRAP") else self.here(value) for name, value in told.items()}

    def here(self, text: str) -> str:
        return text.replace("/run/secrets", str(self.secrets))


def create_topics(told: Mapping[str, str], **options: int) -> Result:
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    return CliRunner().invoke(cli.app, ["create-topics", *arguments], env=dict(told))


def append_everywhere(cluster: Cluster, patience: float = 30.0) -> list[int]:
    """The offsets at which a record for each partition was acknowledged by all in-sync replicas. Raises CalledProcessError.

    In a process of its own: where nobody answers, the client leaves its sockets open.
    """
    run = subprocess.run(
        [sys.executable, "-c", APPEND, cluster.bootstrap, str(cluster.secrets / "kafka-case-worker"), str(int(patience * 1000))],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [int(offset) for offset in run.stdout.split()]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Three brokers, each told what the container would be told, but for where the others are."""
    ports = free_ports(3 * len(NAMES))
    here = {name: dict(zip((9092, 9093, 19092), ports[3 * n :], strict=False)) for n, name in enumerate(NAMES)}
    java, folder = find_java(), jars.ensure(StackConfig().cache)
    secrets = tmp_path / "secrets"
    assert CliRunner().invoke(cli.app, ["make-secrets", str(secrets)]).exit_code == 0
    with ExitStack() as running:
        brokers: list[subprocess.Popen[bytes]] = []
        told = Cluster(",".join(f"{LOOPBACK}:{here[name][9092]}" for name in NAMES), brokers, secrets)
        for name in NAMES:
            settings = broker_settings(SERVICES[name])
            settings["log.dirs"] = "data"
            settings["listeners"] = ",".join(f"{what}://{LOOPBACK}:{here[name][port]}" for what, port in (("INSIDE", 9092), ("CONTROLLER", 9093)))
            settings["advertised.listeners"] = f"INSIDE://{LOOPBACK}:{here[name][9092]}"
            settings["controller.quorum.voters"] = ",".join(
                f"{voter.partition('@')[0]}@{LOOPBACK}:{here[voter.partition('@')[2].partition(':')[0]][9093]}"
                for voter in settings["controller.quorum.voters"].split(",")
            )
            home = tmp_path / name
            home.mkdir()
            (home / "server.properties").write_text("".join(f"{key}={told.here(value)}\n" for key, value in settings.items()))
            command = kafka.command(java, folder)
            cluster_id = SERVICES[name]["environment"]["CLUSTER_ID"]
            tool = [*command[:-2], "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "--config", "server.properties"]
            subprocess.run(tool, cwd=home, check=True, capture_output=True, timeout=120)
            log = running.enter_context((home / "log").open("wb"))
            broker = running.enter_context(subprocess.Popen(command, cwd=home, stdout=log, stderr=log))
            running.callback(broker.kill)
            brokers.append(broker)
        deadline = time.monotonic() + STARTED
        for name in NAMES:
            while port_is_free(here[name][9092]):
                assert time.monotonic() < deadline, f"{name} does not listen within {STARTED} s:\n{(tmp_path / name / 'log').read_text()[-2000:]}"
                time.sleep(0.05)
        yield told


@pytest.mark.live
def test_one_of_three_brokers_may_be_lost_and_with_two_gone_nothing_is_acknowledged(cluster: Cluster) -> None:
    made = create_topics(cluster.told("topics"), replicas=int(SERVICES["topics"]["environment"]["BAOXUE_REPLICAS"]))
    assert made.exit_code == 0, made.output
    users = [cluster.here(word) for word in SERVICES["users"]["command"][1:]]
    done = CliRunner().invoke(cli.app, users, env=cluster.told("users"))
    assert (done.exit_code, done.output[:15]) == (0, "Set 9 passwords"), done.output
    auditor = Brokers(cluster.bootstrap, "auditor", cluster.secrets / "kafka-auditor")
    assert check_topics(auditor, topics(replicas=3)) == []

    assert append_everywhere(cluster) == [0] * 12

    cluster.brokers[1].kill()
    cluster.brokers[1].wait()
    assert append_everywhere(cluster) == [1] * 12

    cluster.brokers[2].kill()
    cluster.brokers[2].wait()
    with pytest.raises(subprocess.CalledProcessError) as refused:
        append_everywhere(cluster, patience=5.0)
    assert refused.value.returncode == NOT_ACKNOWLEDGED


class TestCreatingTopics:
    def test_on_a_cluster_that_has_them_says_so(self, stack: LocalStack) -> None:
        done = create_topics(told_of(stack.config, OPERATOR))
        assert (done.exit_code, done.output) == (0, "The topics are as they must be.\n")

    def test_that_are_there_and_differ_is_refused_with_what_mends_it(self, stack: LocalStack) -> None:
        done = create_topics(told_of(stack.config, OPERATOR), partitions=3)
        assert done.exit_code == 1
        assert "topic student-status: the partition count is 12, wanted 3" in done.output

    @pytest.mark.parametrize(
        ("failure", "said"),
        [
            (BrokerUnavailable("no Kafka broker answers at nowhere:1"), "no Kafka broker answers at nowhere:1\n"),
            (InvalidReplicationFactorError(), "The brokers at nowhere:1 refuse to make the topics: [Error 38] InvalidReplicationFactorError"),
        ],
    )
    def test_that_cannot_be_made_is_told_in_a_sentence(self, monkeypatch: pytest.MonkeyPatch, failure: Exception, said: str) -> None:
        def fail(*_: object, **__: object) -> list[str]:
            raise failure

        monkeypatch.setattr(commands, "PATIENCE", 0.1)
        monkeypatch.setattr(commands, "ensure_topics", fail)
        done = create_topics({"REPORTING_KAFKA_BOOTSTRAP": "nowhere:1"})
        assert done.exit_code == 1
        assert done.output.startswith(said)
