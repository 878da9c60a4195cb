"""What each process may do in Redis: derived from the catalogue, so that a new service gets users of its own with its row there.

A process reaches the keys of its own service, by the commands that it uses. An api writes none of the keys that a worker keeps: whatever it
writes is beside them. Whatever is not named here is closed.
"""

from collections.abc import Mapping

from shared.contracts.services import SERVICES, ServiceSpec

CONNECTING = ("hello", "client|setinfo", "select", "ping", "multi", "exec", "evalsha", "script|exists", "script|load")
READING = ("exists", "get", "getrange", "hget", "hgetall", "hmget", "smismember", "xread", "zlexcount", "zrangebylex")
WRITTEN_BY_APIS = ("del", "expire", "hset", "pexpire", "set", "unlink")
WRITTEN_BY_WORKERS = ("expire", "hdel", "hset", "hsetnx", "sadd", "setrange", "srem", "unlink", "xadd", "zadd", "zrem")
"""The commands of processes, of their scripts, and of redis-py. What a script does is held to the rights of whoever sent it."""


def rights() -> Mapping[str, str]:
    """Return the rights of each process by its name, as Redis's lists of access say it."""
    return {user: said for spec in SERVICES for user, said in ((spec.api, _of_api(spec)), (spec.worker, _of_worker(spec)))}


def _of_api(spec: ServiceSpec) -> str:
    beside = _keys(f"{spec.name}:*", *spec.kept_by_api)
    return f"{_own(spec)} resetchannels -@all {_commands(*CONNECTING, *READING)} ({beside} -@all {_commands(*WRITTEN_BY_APIS)})"


def _of_worker(spec: ServiceSpec) -> str:
    return f"{_own(spec)} resetchannels -@all {_commands(*CONNECTING, *READING, *WRITTEN_BY_WORKERS)}"


def _own(spec: ServiceSpec) -> str:
    """The keys of a service: those of its partitions, which have a hash tag, and those beside them."""
    return _keys(f"{{{spec.name}:*", f"{spec.name}:*")


def _keys(*patterns: str) -> str:
    return " ".join(f"~{pattern}" for pattern in patterns)


def _commands(*names: str) -> str:
    return " ".join(f"+{name}" for name in names)
