"""The process that listens on a port which the stack needs."""

import psutil

_LONGEST = 80
_SOMEBODY = "somebody else's process"


def holder(port: int) -> str:
    """Return which process listens on a port, as far as this user may see."""
    try:
        pids = {each.pid for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port}
        return ", ".join(_told(psutil.Process(pid)) for pid in sorted(pid for pid in pids if pid)) or _SOMEBODY
    except psutil.Error:
        return _SOMEBODY


def _told(process: psutil.Process) -> str:
    return f"process {process.pid} ({' '.join(process.cmdline())[:_LONGEST] or process.name()})"
