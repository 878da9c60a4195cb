"""As much of Redis as services use, in memory. The edges' suite holds it to what the real one does."""

from bisect import insort
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Self, cast

from redis.exceptions import ConnectionError as RedisIsGone

from shared.redis.edge import Redis
from tests.components.shared.memory_scripts import BY_TEXT


class MemoryRedis:
    """Keys with their time to live. ``unavailable`` makes it refuse; ``pass_time`` is its clock."""

    def __init__(self) -> None:
        self.unavailable = False
        self.now = 0.0
        self._values: dict[str, Any] = {}
        self._ends: dict[str, float] = {}

    def client(self) -> Redis:
        """The same, as the type that services ask for."""
        return cast("Redis", self)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    def lose(self) -> None:
        self._values.clear()

    async def flushdb(self) -> None:
        self.lose()

    def names(self) -> list[str]:
        return [key for key in self._values if self._value(key) is not None]

    async def aclose(self) -> None: ...

    async def ping(self) -> bool:
        self._value("")
        return True

    async def ttl(self, key: str) -> int:
        return -2 if self._value(key) is None else int(self._ends.get(key, self.now - 1) - self.now)

    async def get(self, key: str) -> bytes | None:
        return self._value(key)  # type: ignore[no-any-return]  # a string's bytes

    async def set(self, key: str, value: bytes, *, nx: bool = False, ex: int | None = None) -> bool | None:
        if nx and self._value(key) is not None:
            return None
        self._values[key] = value
        self._ends.pop(key, None)
        if ex is not None:
            self._ends[key] = self.now + ex
        return True

    async def getrange(self, key: str, start: int, end: int) -> bytes:
        return bytes((self._value(key) or b"")[start : end + 1])

    async def setrange(self, key: str, start: int, value: bytes) -> int:
        old: bytes = self._value(key) or b""
        self._values[key] = old[:start].ljust(start, b"\0") + value + old[start + len(value) :]
        return len(self._values[key])

    async def hset(self, key: str, *, mapping: Mapping[str | bytes, bytes]) -> int:
        self._values[key] = {**(self._value(key) or {}), **{_name(name): value for name, value in mapping.items()}}
        return len(mapping)

    async def hget(self, key: str, name: str | bytes) -> bytes | None:
        return (self._value(key) or {}).get(_name(name))

    async def hgetall(self, key: str) -> dict[bytes, bytes]:
        return dict(self._value(key) or {})

    async def hmget(self, key: str, names: Sequence[str]) -> list[bytes | None]:
        found = self._value(key) or {}
        return [found.get(_name(name)) for name in names]

    async def hsetnx(self, key: str, name: str, value: object) -> int:
        if await self.hget(key, name) is not None:
            return 0
        return await self.hset(key, mapping={name: str(value).encode()})

    async def hdel(self, key: str, *names: str) -> None:
        for name in names:
            (self._value(key) or {}).pop(_name(name), None)

    def list_in(self, key: str, entry: bytes) -> None:
        if entry not in (entries := self._values.setdefault(key, [])):
            insort(entries, entry)

    def list_out(self, key: str, entry: bytes) -> None:
        if entry in self.listed(key):
            self._values[key].remove(entry)

    async def smembers(self, key: str) -> frozenset[bytes]:
        return frozenset(self.listed(key))

    def listed(self, key: str) -> list[bytes]:
        return list(self._value(key) or [])

    def forget(self, key: str) -> None:
        del self._values[key]

    async def expire(self, key: str, seconds: int) -> bool:
        self._ends[key] = self.now + seconds
        return True

    def pipeline(self, *, transaction: bool) -> "_Pipeline":
        assert isinstance(transaction, bool)
        return _Pipeline(self)

    def register_script(self, text: bytes) -> Callable[..., Awaitable[Any]]:
        script = BY_TEXT[text]

        async def called(*, keys: Sequence[str], args: Sequence[Any], client: "_Pipeline | None" = None) -> Any:
            if client is None:
                return await script(self, keys, args)
            return client.later(partial(script, self, keys, args))

        return called

    def _value(self, key: str) -> Any:
        if self.unavailable:
            raise RedisIsGone
        if self._ends.get(key, self.now + 1) <= self.now:
            self._values.pop(key, None)
            self._ends.pop(key, None)
        return self._values.get(key)


class _Pipeline:
    def __init__(self, redis: MemoryRedis) -> None:
        self._redis, self._calls = redis, cast("list[Callable[[], Awaitable[Any]]]", [])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def __getattr__(self, command: str) -> Callable[..., None]:
        return lambda *args, **kwargs: self._calls.append(partial(getattr(self._redis, command), *args, **kwargs))

    def later(self, call: Callable[[], Awaitable[Any]]) -> None:
        self._calls.append(call)

    async def execute(self) -> list[Any]:
        return [await call() for call in self._calls]


def _name(name: str | bytes) -> bytes:
    return name if isinstance(name, bytes) else name.encode()
