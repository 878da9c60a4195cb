"""As much of Redis as receipts and idempotency keys use, in memory. The edges' suite holds it to what the real one does."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any, Self, cast

from redis.exceptions import ConnectionError as RedisIsGone

from shared.redis_edge import Redis

_SWAP = (files("services.enrolment") / "swap.lua").read_bytes()


class MemoryRedis:
    """Keys with their time to live. ``away`` makes it refuse; ``pass_time`` is its clock."""

    def __init__(self) -> None:
        self.away = False
        self.now = 0.0
        self._values: dict[str, Any] = {}
        self._ends: dict[str, float] = {}

    def client(self) -> Redis:
        """The same, as the type that services ask for."""
        return cast("Redis", self)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

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

    async def hset(self, key: str, *, mapping: Mapping[str, bytes]) -> int:
        self._values[key] = {**(self._value(key) or {}), **mapping}
        return len(mapping)

    async def hmget(self, key: str, names: Sequence[str]) -> list[bytes | None]:
        found = self._value(key) or {}
        return [found.get(name) for name in names]

    async def expire(self, key: str, seconds: int) -> bool:
        self._ends[key] = self.now + seconds
        return True

    def pipeline(self, *, transaction: bool) -> "_Pipeline":
        assert isinstance(transaction, bool)
        return _Pipeline(self)

    def register_script(self, text: bytes) -> Callable[..., Awaitable[int]]:
        assert text == _SWAP

        async def swap(*, keys: Sequence[str], args: Sequence[Any]) -> int:
            if self._value(keys[0]) != args[0]:
                return 0
            if args[1] == b"":
                del self._values[keys[0]]
            else:
                await self.set(keys[0], args[1], ex=args[2])
            return 1

        return swap

    def _value(self, key: str) -> Any:
        if self.away:
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

    async def execute(self) -> list[Any]:
        return [await call() for call in self._calls]
