"""What the scripts do, in Python, for Redis in memory: each as the contract at its top says. The edges hold the real ones to the same."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from msgspec import msgpack

if TYPE_CHECKING:
    from tests.components.shared.memory_redis import MemoryRedis

_CHUNK = 65_536

Script = Callable[["MemoryRedis", Sequence[str], Sequence[Any]], Awaitable[Any]]


async def swap(redis: MemoryRedis, keys: Sequence[str], args: Sequence[Any]) -> int:
    if await redis.get(keys[0]) != args[0]:
        return 0
    if args[1] == b"":
        redis.forget(keys[0])
    else:
        await redis.set(keys[0], args[1], ex=args[2])
    return 1


async def move_cursor(redis: MemoryRedis, keys: Sequence[str], args: Sequence[Any]) -> list[Any]:
    stored = await redis.hget(keys[0], "next")
    if (stored or b"") != _bytes(args[0]):
        return [0, stored or b""]
    await redis.hset(keys[0], mapping=_fields(["next", *args[1:]]))
    return [1, _bytes(args[1])]


async def read_states(redis: MemoryRedis, keys: Sequence[str], args: Sequence[Any]) -> list[Any]:
    stored = await redis.hget(keys[0], args[0])
    if stored != _bytes(args[1]):
        return [0, stored or b"", []]
    asked = struct.iter_unpack("<I16s", args[2])
    return [1, stored, [await redis.hget(f"{keys[1]}{bucket}", state_id) for bucket, state_id in asked]]


async def apply_states(redis: MemoryRedis, keys: Sequence[str], args: Sequence[Any]) -> list[Any]:
    cursor, buckets, lists, outcomes, exceptions, groups = keys
    fields, (expected, next_, states, listed, letters, keep, *rest) = args[2 : args[1] + 2], args[args[1] + 2 :]
    stored = await redis.hget(cursor, args[0])
    if (stored or b"") != _bytes(expected):
        return [0, stored or b""]
    at = 0
    while at < len(states):
        bucket, state_id, size = struct.unpack_from("<I16sH", states, at)
        await redis.hset(f"{buckets}{bucket}", mapping={state_id: states[at + 22 : at + 22 + size]})
        at += 22 + size
    at = 0
    while at < len(listed):
        sign, name_size, entry_size = struct.unpack_from("<cBB", listed, at)
        name = listed[at + 3 : at + 3 + name_size].decode()
        entry = listed[at + 3 + name_size : at + 3 + name_size + entry_size]
        (redis.list_in if sign == b"+" else redis.list_out)(f"{lists}{name}", entry)
        group, _, kind = name.partition(":")
        (redis.list_in if redis.listed(f"{lists}{name}") else redis.list_out)(f"{groups}{kind}", group.encode())
        at += 3 + name_size + entry_size
    for n, letter in enumerate(letters, int(expected or 0)):
        await redis.setrange(f"{outcomes}{n // _CHUNK}", n % _CHUNK, bytes((letter,)))
        await redis.expire(f"{outcomes}{n // _CHUNK}", keep)
    for offset, text in zip(rest[::2], rest[1::2], strict=True):
        await redis.hset(f"{exceptions}{offset // _CHUNK}", mapping={str(offset): text})
        await redis.expire(f"{exceptions}{offset // _CHUNK}", keep)
    await redis.hset(cursor, mapping=_fields(fields))
    return [1, _bytes(next_)]


async def walk_lists(redis: MemoryRedis, keys: Sequence[str], args: Sequence[Any]) -> list[Any]:
    begin, lowest, finish, enough, most, groups, *kinds = args
    found: list[Any] = [0]
    looked = 0
    for place, group in enumerate(msgpack.decode(groups), 1):
        here = [kind for kind in kinds if group.encode() in redis.listed(f"{keys[1]}{kind}")]
        if here and looked == most:
            return [place, *found[1:]]
        looked += bool(here)
        for kind in here:
            entries = [e for e in redis.listed(f"{keys[0]}{group}:{kind}") if _within(e, begin, finish)]
            found += [part for entry in entries[:enough] for part in (place, entry)]
        if len(found) > 2 * enough:
            break
        begin = lowest
    return found


def _within(entry: bytes, begin: bytes, finish: bytes) -> bool:
    """As ZRANGEBYLEX takes them: - and + for none, ( for a border that is not within, [ for one that is."""
    return (begin == b"-" or entry > begin[1:] or (begin[:1] == b"[" and entry == begin[1:])) and (finish == b"+" or entry < finish[1:])


def _fields(flat: Sequence[Any]) -> dict[str | bytes, bytes]:
    return {str(name): _bytes(value) for name, value in zip(flat[::2], flat[1::2], strict=True)}


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


BY_TEXT: dict[bytes, Script] = {
    (files("shared.redis" if script is swap else "shared.deciding") / f"{script.__name__}.lua").read_bytes(): script
    for script in (swap, move_cursor, read_states, apply_states, walk_lists)
}
