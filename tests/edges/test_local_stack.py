"""The embedded stack, for real: what it starts, what it survives, what it leaves behind."""

from __future__ import annotations

import redis

from deploy.local.stack import LocalStack


def test_redis_evicts_nothing_and_keeps_buckets_packed(stack: LocalStack) -> None:
    with redis.Redis.from_url(stack.config.redis_url, decode_responses=True) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("hash-max-ziplist-entries")["hash-max-ziplist-entries"] == "512"
        assert client.config_get("hash-max-ziplist-value")["hash-max-ziplist-value"] == "1024"
