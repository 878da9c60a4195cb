"""The container set-up is the embedded stack over again: nobody runs it here, so every setting of it is held to deploy/local's."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from deploy import cluster
from deploy.local import kafka, redis_server
from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.java import Java
from deploy.local.kafka_access import BROKER, OPERATOR
from deploy.local.processes import PROCESSES, ServiceProcess, tools
from deploy.local.redis_server import RedisServer
from shared.log.rights import users
from shared.log.topics import DEFAULT_PARTITIONS, topics
from shared.settings import LOOPBACK_NAMES
from tests.support.compose import BASE, THREE_BROKERS, broker_settings, load, variables_in

_DEFAULTS = {name: field.default for name, field in StackConfig.model_fields.items() if name not in ("home", "cache")}
EMBEDDED = StackConfig.model_validate(_DEFAULTS | {"partitions": DEFAULT_PARTITIONS})
"""The embedded stack, but for as many partitions as a cluster has (decision 0050)."""
ONE, THREE = load(BASE)["services"], load(BASE, THREE_BROKERS)["services"]
ONCE = {"topics", "users", "keys", "auditor"}
LONG_RUNNING = set(THREE) - ONCE
BROKERS = sorted(name for name in THREE if name.startswith("kafka"))
OURS = pytest.mark.parametrize("service", PROCESSES, ids=lambda service: service.name)
WHERE = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs", "node.id"}
INSIDE_ONLY = {
    "listener.security.protocol.map": "INSIDE:SASL_PLAINTEXT,HOST:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "inter.broker.listener.name": "INSIDE",
    "config.providers": "secrets",
    "config.providers.secrets.class": "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
}
SECRET = {user: f"${{secrets:/run/secrets:kafka-{user}}}" for user in (BROKER, OPERATOR)}
REPLICATED = {"offsets.topic.replication.factor", "transaction.state.log.replication.factor", "share.coordinator.state.topic.replication.factor"}
DIRECTORY = {
    "ENROLMENT_DIRECTORY_URL": "postgresql://baoxue@postgres/baoxue",
    "ENROLMENT_KEYSTORE_URL": "postgresql://baoxue@postgres/baoxue_keys",
    "ENROLMENT_DIRECTORY_PASSWORD_FILE": "/var/lib/baoxue/secrets/postgres.password",
    "ENROLMENT_KEYSTORE_PASSWORD_FILE": "/var/lib/baoxue/secrets/postgres.password",
    "ENROLMENT_STUDENT_KEYS_FILE": "/var/lib/baoxue/keys/student-id.keys",
    "ENROLMENT_MASTER_KEYS_FILE": "/var/lib/baoxue/keys/master.keys",
}
"""What stands elsewhere in containers: PostgreSQL in the place of two files, and keys in volumes."""
ASKED_BY_THE_DESK = {
    "case-api": {
        "CASE_ENROLMENT_URL": "http://enrolment-api:8001",
        "CASE_RELIEF_URL": "http://relief-api:8003",
        "CASE_REPORTING_URL": "http://reporting-api:8000",
    },
    "enrolment-api": {"ENROLMENT_HOSTS": f"{LOOPBACK_NAMES},enrolment-api"},
    "relief-api": {"RELIEF_HOSTS": f"{LOOPBACK_NAMES},relief-api"},
    "reporting-api": {"REPORTING_HOSTS": f"{LOOPBACK_NAMES},reporting-api"},
}
"""How the desk finds its neighbours in the network of the containers, and by which names they answer there."""
IN_SYNC = {"transaction.state.log.min.isr", "share.coordinator.state.topic.min.isr"}


def embedded_broker() -> dict[str, str]:
    """Its settings, with the listeners of the containers in the place of the one that it has for clients, and their way to passwords."""
    settings = dict(line.split("=", 1) for line in kafka.server_properties(EMBEDDED, SECRET).splitlines())
    for name in [name for name in settings if name.startswith("listener.name.clients.")]:
        for listener in ("inside", "host"):
            settings[name.replace(".clients.", f".{listener}.")] = settings[name]
        del settings[name]
    return settings


def embedded_redis() -> dict[str, str]:
    return dict(line.split(" ", 1) for line in redis_server.settings(EMBEDDED).splitlines())


@pytest.mark.parametrize("file", [BASE, THREE_BROKERS], ids=lambda file: file.name)
def test_the_files_are_compose_files(file: Path) -> None:
    schema = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(load(file))


def test_every_container_is_a_process_or_what_they_stand_on() -> None:
    assert set(ONE) == {service.name for service in PROCESSES} | {"kafka", "valkey", "postgres", *ONCE}
    assert set(THREE) - set(ONE) == {"kafka-2", "kafka-3"}


@OURS
def test_every_process_is_a_container(service: ServiceProcess) -> None:
    assert ONE[service.name]["command"] == ["python", *service.program(EMBEDDED).command[1:]]


@OURS
def test_each_is_told_what_the_embedded_one_is_told(service: ServiceProcess) -> None:
    prefix = service.service.upper()
    elsewhere = {
        f"{prefix}_KAFKA_BOOTSTRAP": "kafka:9092",
        f"{prefix}_KAFKA_PASSWORD_FILE": f"/run/secrets/kafka-{service.name}",
        f"{prefix}_REDIS_URL": f"redis://{service.name}@valkey:6379/0",
        f"{prefix}_REDIS_PASSWORD_FILE": f"/run/secrets/redis-{service.name}",
        f"{prefix}_HOST": "0.0.0.0",
    }
    told = {**service.program(EMBEDDED).environment, **elsewhere}
    if service.name == "enrolment-api":
        told |= DIRECTORY
    told |= ASKED_BY_THE_DESK.get(service.name, {})
    told = {name: value for name, value in told.items() if name.startswith(f"{prefix}_")}
    # The issuer is whoever starts the containers has: the embedded stack's listens on loopback alone.
    told.pop(f"{prefix}_CLIENT_KEY_FILE", None)
    told |= dict.fromkeys({f"{prefix}_{name}" for name in ("ISSUER", "CLIENT_ID", "ADDRESS")} & told.keys(), "")
    assert ONE[service.name]["environment"] == told
    assert ONE[service.name]["secrets"] == [f"kafka-{service.name}", f"redis-{service.name}"]


def test_no_password_stands_in_a_variable_or_a_command() -> None:
    """Each names a file, or Kafka's way to one. No container is given the secrets of others but the one that sets them."""
    for name, container in THREE.items():
        for variable, value in container.get("environment", {}).items():
            assert "PASSWORD" not in variable or value.startswith(("/run/secrets/", "/var/lib/baoxue/secrets/")), (name, variable)
            assert all(found.startswith("${secrets:") for found in re.findall(r'(?:password|user_\w+)="([^"]*)"', value)), (name, variable)
        assert not any("://" in word and "@" in word for word in container.get("command", []))
    given = {name: set(container.get("secrets", ())) for name, container in THREE.items()}
    assert given["users"] == {"kafka-operator", *(f"kafka-{user}" for user in users())}
    assert given["topics"] == {"kafka-operator"}
    assert given["auditor"] == {"kafka-auditor"}
    assert given["valkey"] == {"redis-users", "redis-operator"}
    assert all(given[name] == {"kafka-broker", "kafka-operator"} for name in BROKERS)


def test_each_secret_is_one_that_the_command_makes(tmp_path: Path) -> None:
    files = {name: Path(secret["file"]) for name, secret in load(BASE)["secrets"].items()}
    assert CliRunner().invoke(cluster.app, ["make-secrets", str(tmp_path)]).exit_code == 0
    assert files == {file.name: Path(".baoxue/secrets") / file.name for file in tmp_path.iterdir()}
    assert set(files) == {secret for container in THREE.values() for secret in container.get("secrets", ())} | {"kafka-auditor"}
    assert all("\n" not in file.read_text() for file in tmp_path.iterdir() if file.name != "redis-users")


@OURS
def test_no_variable_is_one_that_nobody_reads(service: ServiceProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = import_module(f"services.{service.service}.settings").Settings
    prefix = f"{service.service.upper()}_"
    environment = THREE[service.name]["environment"]
    assert {name.removeprefix(prefix).lower() for name in environment} <= set(settings.model_fields)
    for name, value in environment.items():
        monkeypatch.setenv(name, re.sub("/run/secrets|/var/lib/baoxue/secrets", str(tmp_path), value))
        if name.endswith("_PASSWORD_FILE"):
            (tmp_path / Path(value).name).write_text("secret")
    assert settings().kafka_bootstrap == "kafka:9092,kafka-2:9092,kafka-3:9092"


@pytest.mark.parametrize("file", [BASE, THREE_BROKERS], ids=lambda file: file.name)
def test_its_variables_are_those_of_the_embedded_stack_with_the_same_defaults(file: Path) -> None:
    own = {
        "BAOXUE_ISSUER",
        "BAOXUE_AUDIENCE",
        "BAOXUE_CLIENT_ID",
        "BAOXUE_ADDRESS",
        "BAOXUE_SECRETS",
        "BAOXUE_CASE_CLIENT_ID",
        "BAOXUE_CASE_ADDRESS",
        "BAOXUE_KAFKA_TAG",
        "BAOXUE_VALKEY_TAG",
        "BAOXUE_POSTGRES_TAG",
        "BAOXUE_KAFKA_2_PORT",
        "BAOXUE_KAFKA_3_PORT",
    }
    taken = {name: default for name, default in variables_in(file).items() if name not in own}
    embedded = {f"BAOXUE_{name.upper()}": str(value) for name, value in EMBEDDED.model_dump().items()}
    assert taken.items() <= embedded.items()


def test_the_broker_has_the_settings_of_the_embedded_one() -> None:
    settings = broker_settings(ONE["kafka"])
    assert {name: value for name, value in settings.items() if name not in WHERE} == {
        **{name: value for name, value in embedded_broker().items() if name not in WHERE},
        **INSIDE_ONLY,
    }
    assert settings.keys() >= WHERE
    assert set(ONE["kafka"]["environment"]["KAFKA_HEAP_OPTS"].split()) <= set(kafka.JVM)


def test_redis_has_the_settings_of_the_embedded_one() -> None:
    command = ONE["valkey"]["command"]
    settings = dict(zip((name.removeprefix("--") for name in command[1::2]), command[2::2], strict=True))
    of_its_own = {"aclfile", "bind", "port", "daemonize", "set-proc-title", "dir", "protected-mode"}
    assert {name: value for name, value in settings.items() if name not in of_its_own} == {
        name: value.strip('"') for name, value in embedded_redis().items() if name not in of_its_own
    }


@pytest.mark.parametrize("name", sorted(LONG_RUNNING))
def test_what_dies_is_started_again_and_what_is_stopped_is_given_time(name: str) -> None:
    given = int(THREE[name]["stop_grace_period"].removesuffix("s"))
    embedded = [each.program(EMBEDDED) for each in PROCESSES] + list(
        tools(EMBEDDED, Java(Path("java"), 17, ""), Path(), RedisServer(Path("r"), "7", ""))
    )
    needs = {"valkey": "redis", "kafka-2": "kafka", "kafka-3": "kafka"}.get(name, name)
    assert THREE[name]["restart"] == "unless-stopped"
    assert all(given >= program.stop_seconds for program in embedded if program.name == needs)


@pytest.mark.parametrize("name", sorted(LONG_RUNNING - {*BROKERS, "valkey", "postgres"}))
def test_each_is_asked_whether_it_is_ready_at_its_own_port(name: str) -> None:
    (port,) = (value for variable, value in ONE[name]["environment"].items() if variable.endswith("_PORT"))
    assert ONE[name]["healthcheck"]["test"] == ["CMD", "python", "-m", "deploy.image.ready", port]
    assert ONE[name]["ports"] == [f"{LOOPBACK}:{port}:{port}"]


def test_what_all_stand_on_is_healthy_before_they_start() -> None:
    assert all("healthcheck" in THREE[name] for name in (*BROKERS, "valkey", "postgres"))
    assert set(THREE["topics"]["depends_on"]) == set(BROKERS)
    assert {THREE[name]["restart"] for name in ONCE} == {"no"}
    for name in LONG_RUNNING - {*BROKERS, "valkey", "postgres"}:
        needs = {what: how["condition"] for what, how in THREE[name]["depends_on"].items()}
        names = {"postgres": "service_healthy"} if name == "enrolment-api" else {}
        assert needs == {"users": "service_completed_successfully", "valkey": "service_healthy", **names}
    assert {what: how["condition"] for what, how in THREE["users"]["depends_on"].items()} == {"topics": "service_completed_successfully"}
    assert THREE["postgres"]["depends_on"] == {"keys": {"condition": "service_completed_successfully"}}


@pytest.mark.parametrize("name", sorted(THREE))
def test_nothing_is_published_beyond_this_machine(name: str) -> None:
    assert all(port.startswith(f"{LOOPBACK}:") for port in THREE[name].get("ports", []))
    assert THREE[name].get("network_mode") == ("service:reporting-api" if name == "auditor" else None)


def test_no_port_is_published_twice() -> None:
    published = [port.split(":")[1] for service in THREE.values() for port in service.get("ports", [])]
    assert len(published) == len(set(published))


@pytest.mark.parametrize("name", sorted(THREE))
def test_every_image_is_ours_or_an_official_one_of_one_version(name: str) -> None:
    image, tag = THREE[name]["image"].split(":", 1)
    assert (image, name) in {("apache/kafka", name), ("valkey/valkey", name), ("postgres", "postgres")} or (image, tag) == ("baoxue", "local")
    version = r"[0-9]+\.[0-9]+-[a-z]+" if name == "postgres" else r"[0-9]+\.[0-9]+\.[0-9]+"
    assert tag == "local" or re.fullmatch(version + "@sha256:[0-9a-f]{64}", tag), "a whole version by its digest: a tag can be moved"


@pytest.mark.parametrize("name", sorted(THREE))
def test_no_container_may_do_what_it_need_not(name: str) -> None:
    assert THREE[name]["read_only"] is True
    assert THREE[name]["cap_drop"] == ["ALL"]
    assert THREE[name]["security_opt"] == ["no-new-privileges:true"]
    assert {"privileged", "cap_add", "devices", "pid", "ipc"} & THREE[name].keys() == set()


@pytest.mark.parametrize(
    ("name", "writable"),
    [
        ("valkey", ["/tmp"]),
        ("postgres", ["/tmp", "/var/run/postgresql:uid=999,gid=999"]),
        *((broker, ["/tmp:exec", "/opt/kafka/config", "/opt/kafka/logs"]) for broker in BROKERS),
        *((name, ["/tmp"]) for name in sorted(set(THREE) - {*BROKERS, "valkey", "postgres"})),
    ],
)
def test_a_container_writes_into_its_volume_and_into_memory_alone(name: str, writable: list[str]) -> None:
    assert THREE[name]["tmpfs"] == writable


def test_redis_is_nobody_of_note_from_the_start() -> None:
    assert THREE["valkey"]["user"] == "999:999"


def test_what_must_outlive_a_container_is_in_a_volume() -> None:
    mounted = {name: THREE[name]["volumes"][0] for name in (*BROKERS, "valkey", "postgres")}
    places = {"valkey": "/data", "postgres": "/var/lib/postgresql/data"}
    assert {name: f"{name}:{places.get(name, '/var/lib/kafka/data')}" for name in mounted} == mounted
    assert set(load(BASE, THREE_BROKERS)["volumes"]) == {*mounted, "keys", "secrets"}
    assert all(broker_settings(THREE[name])["log.dirs"] == "/var/lib/kafka/data" for name in BROKERS)


def test_the_master_key_is_in_no_container_but_those_that_use_it() -> None:
    holders = {name for name, container in THREE.items() if any(str(each).startswith("keys:") for each in container.get("volumes", []))}
    assert holders == {"keys", "enrolment-api"}
    assert "ports" not in THREE["postgres"]


def test_the_keystore_is_a_database_of_its_own() -> None:
    made = (BASE.parent / "deploy" / "image" / "keystore.sql").read_text("utf-8")
    assert DIRECTORY["ENROLMENT_KEYSTORE_URL"].rpartition("/")[2] in made
    assert DIRECTORY["ENROLMENT_KEYSTORE_URL"] != DIRECTORY["ENROLMENT_DIRECTORY_URL"]


class TestThreeBrokers:
    def test_every_record_is_on_all_and_counts_once_two_have_it(self) -> None:
        assert len(BROKERS) == 3
        replicas = int(THREE["topics"]["environment"]["BAOXUE_REPLICAS"])
        assert replicas == 3
        assert {topic.settings["min.insync.replicas"] for topic in topics(replicas=replicas)} == {"2"}

    @pytest.mark.parametrize("name", BROKERS)
    def test_they_differ_from_the_one_in_what_they_must(self, name: str) -> None:
        wanted = {**broker_settings(ONE["kafka"]), **dict.fromkeys(REPLICATED, "3"), **dict.fromkeys(IN_SYNC, "2")}
        settings = broker_settings(THREE[name])
        assert {key: value for key, value in settings.items() if key not in WHERE} == {
            key: value for key, value in wanted.items() if key not in WHERE
        }
        assert THREE[name]["environment"]["CLUSTER_ID"] == ONE["kafka"]["environment"]["CLUSTER_ID"]

    def test_each_is_somebody_else_and_all_know_all(self) -> None:
        ports = {"BAOXUE_KAFKA_PORT": "1", "BAOXUE_KAFKA_2_PORT": "2", "BAOXUE_KAFKA_3_PORT": "3"}
        moved = load(BASE, THREE_BROKERS, variables=ports)["services"]
        settings = {name: broker_settings(moved[name]) for name in BROKERS}
        voters = ",".join(f"{settings[name]['node.id']}@{name}:9093" for name in BROKERS)
        assert {each["controller.quorum.voters"] for each in settings.values()} == {voters}
        assert len({each["node.id"] for each in settings.values()}) == 3
        for name, each in settings.items():
            assert moved[name]["ports"] == [f"{LOOPBACK}:{each['node.id']}:19092"]
            assert each["advertised.listeners"] == f"INSIDE://{name}:9092,HOST://{LOOPBACK}:{each['node.id']}"

    @pytest.mark.parametrize("name", sorted(LONG_RUNNING - {*BROKERS, "valkey", "postgres"} | {"topics", "users"}))
    def test_every_process_knows_all_of_them(self, name: str) -> None:
        (told,) = [value for variable, value in THREE[name]["environment"].items() if variable.endswith("_KAFKA_BOOTSTRAP")]
        assert told == ",".join(f"{broker}:9092" for broker in BROKERS)
