"""supervisord keeps the processes: it restarts a process that dies, stops the processes in order, and rotates their logs.

Every process that it starts carries the folder of the stack in its environment. By that mark the stack finds the processes that a killed
supervisor left behind, without pid files, and never touches a process of anybody else.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import xmlrpc.client
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from supervisor.xmlrpc import SupervisorTransport

from deploy.local.config import StackConfig
from deploy.local.processes import Program

MARK = "BAOXUE_STACK"
LONGEST_SOCKET_PATH = 90  # the system allows 104 to 108 bytes, and supervisord adds its pid while it binds
OPEN_FILES = 16_384


@dataclass(frozen=True)
class ProcessState:
    """What the supervisor says about one process: `state` in its own words (RUNNING, BACKOFF, FATAL, ...); `pid` is 0 where there is none."""

    name: str
    state: str
    pid: int
    since: int


class Supervisor:
    """The supervisor of the folder of a stack, whoever started it."""

    def __init__(self, config: StackConfig) -> None:
        self._home = config.home
        self._settings = config.home / "run" / "supervisord.conf"

    def launch(self, programs: Iterable[Program]) -> subprocess.Popen[bytes]:
        """Start a supervisor with these programs in a session of its own, so that Ctrl-C reaches only the process that waits for it."""
        for folder in (self._home / "log", self._home / "run"):
            folder.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(self._configuration(list(programs)), "utf-8")
        with (self._home / "log" / "supervisord.out").open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(self._settings)],
                cwd=self._home,
                env={**os.environ, MARK: str(self._home)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def states(self) -> dict[str, ProcessState] | None:
        """Return every process by name; None if no supervisor answers, or if it is shutting down."""
        try:
            with self._proxy() as proxy:
                answer = proxy.supervisor.getAllProcessInfo()
                if proxy.supervisor.getState()["statename"] != "RUNNING":  # type: ignore[index, call-overload]  # XML-RPC is untyped
                    return None
        except (OSError, xmlrpc.client.Error):
            return None
        infos: list[dict[str, object]] = list(answer)  # type: ignore[arg-type]  # XML-RPC is untyped
        return {str(i["name"]): ProcessState(str(i["name"]), str(i["statename"]), int(str(i["pid"])), int(str(i["start"]))) for i in infos}

    def start(self, name: str) -> None:
        """Start a process and return at once; do nothing if it runs already."""
        try:
            with self._proxy() as proxy:
                proxy.supervisor.startProcess(name, False)
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def ask_to_stop(self, first: Iterable[str]) -> None:
        """Tell the supervisor to stop all processes and itself, and return at once.

        The processes in `first` stop side by side, the others one by one, the highest priority first.
        """
        with suppress(OSError), self._proxy() as proxy:
            for name in first:
                with suppress(xmlrpc.client.Fault):  # it may not be running
                    proxy.supervisor.stopProcess(name, False)
            with suppress(xmlrpc.client.Fault):  # it may be going already
                proxy.supervisor.shutdown()

    def processes(self) -> list[psutil.Process]:
        """Return every process of this user that carries the mark of this stack, the supervisor among them."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(MARK) == str(self._home) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def _proxy(self) -> xmlrpc.client.ServerProxy:
        transport = SupervisorTransport(None, None, f"unix://{self._socket()}")
        return xmlrpc.client.ServerProxy("http://supervisor", transport)

    def _socket(self) -> Path:
        beside = self._home / "run" / "supervisor.sock"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH:
            return beside
        mine = Path(tempfile.gettempdir()) / f"baoxue-{os.getuid()}"
        mine.mkdir(mode=0o700, exist_ok=True)
        if mine.stat().st_uid != os.getuid() or mine.stat().st_mode & 0o077:
            raise PermissionError(f"{mine} must belong to you, and to you alone (mode 700): the supervisor is talked to there")
        return mine / f"{hashlib.sha256(os.fsencode(self._home)).hexdigest()[:16]}.sock"

    def _configuration(self, programs: list[Program]) -> str:
        """Return the configuration.

        It names its own files relative to the folder that it runs in: the supervisor cannot read a percent sign in the name of a log.
        """
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        files = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
        sections: dict[str, dict[str, object]] = {
            "unix_http_server": {"file": self._socket(), "chmod": "0600"},
            "rpcinterface:supervisor": {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
            "supervisord": {
                "logfile": "log/supervisord.log",
                "logfile_maxbytes": "5MB",
                "logfile_backups": 1,
                "pidfile": "run/supervisord.pid",
                "childlogdir": "log",
                "minfds": files,
                "umask": "077",
                "nocleanup": "true",
                "user": "root" if os.getuid() == 0 else "",
            },
        }
        sections.update({f"program:{program.name}": self._section(program) for program in programs})
        return "".join(f"[{name}]\n{_lines(settings)}\n" for name, settings in sections.items())

    def _section(self, program: Program) -> dict[str, object]:
        return {
            "command": shlex.join(program.command),
            "directory": program.directory,
            "environment": ",".join(f'{name}="{value}"' for name, value in program.environment.items()),
            "priority": program.priority,
            "autostart": str(program.starts_with_supervisor).lower(),
            "autorestart": "true",
            "startsecs": 1,
            "startretries": 100,  # a second more between each: an hour and a half before it is given up
            "stopwaitsecs": program.stop_seconds,
            "stopasgroup": "false",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": f"log/{program.name}.log",
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": 3,
        }


def _lines(settings: dict[str, object]) -> str:
    return "".join(f"{name} = {str(value).replace('%', '%%')}\n" for name, value in settings.items() if value != "")
