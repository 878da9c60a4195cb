"""The data: the settings of Redis and its file, the topics, the dead letters, and the clock against the record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from deploy.health import PATIENCE
from deploy.local import kafka_access, readiness, redis_access
from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.doctor.check import Check
from deploy.local.processes import KAFKA, REDIS
from deploy.local.redis_server import MUST_BE
from shared.clock import CHINA
from shared.log.rights import AUDITOR
from shared.log.topic_admin import BrokerUnavailable, check_topics
from shared.log.topics import READ_BY_WORKERS, dead, topics

LATELY = timedelta(days=7)
"""An older dead letter has been looked at, or never will be."""
_MOST_READ, _SILENCE_MS = 1_000, 2_000
TOLERATED = timedelta(seconds=5)
"""So far the newest fact may be ahead of the clock of this machine: clocks differ."""


def checks(config: StackConfig) -> Iterator[Check]:
    """Check Redis and Kafka, as far as they answer."""
    yield from _redis(config)
    yield from _topics(config)
    if (shown := readiness.shown(config.api_url("reporting"))) is not None:
        yield from clock(shown.recorded, datetime.now(UTC), in_story=readiness.in_story(config.api_url("enrolment")))


def _redis(config: StackConfig) -> Iterator[Check]:
    try:
        with redis_access.client(config, redis_access.OPERATOR, patience=PATIENCE) as client:
            found = {name: client.config_get(name).get(name, "not known to this server") for name in MUST_BE}
            told = client.info("persistence")
            closed = _is_closed(config)
    except (redis.RedisError, OSError) as error:
        yield Check("Redis's settings", f"it does not answer: {type(error).__name__}", f"read {config.logs / REDIS}.log, then make down and make up")
        return
    wrong = [f"{name} is {found[name]}, must be {value}" for name, value in MUST_BE.items() if found[name] != value]
    yield Check("Redis's settings", "; ".join(wrong) or "as they must be", "make down, then make up: they are written anew" if wrong else None)
    mend = None if closed else "make down, then make up: they are written anew"
    yield Check("Redis's users", "as they must be" if closed else "whoever names no user is let in", mend)
    yield written_down(told, config)


def _is_closed(config: StackConfig) -> bool:
    """Tell whether Redis turns those away who bring no password."""
    try:
        with redis.Redis(LOOPBACK, config.redis_port, socket_timeout=PATIENCE) as nobody:
            nobody.ping()
    except redis.AuthenticationError:
        return True
    return False


def written_down(told: Mapping[str, Any], config: StackConfig) -> Check:
    """Check that Redis could write what it holds; ``told``: its own report on persistence."""
    wrong = [name for name in ("aof_last_write_status", "aof_last_bgrewrite_status") if told.get(name, "ok") != "ok"]
    mend = f"make room on the disk of {config.home}, and read {config.logs / REDIS}.log; what is lost is built again from the record"
    return Check("Redis's file", f"not written: {', '.join(wrong)}" if wrong else "is being written", mend if wrong else None)


def _topics(config: StackConfig) -> Iterator[Check]:
    try:
        deviations = check_topics(kafka_access.brokers(config, AUDITOR), topics(partitions=config.partitions), patience=5.0)
        for each in deviations:
            yield Check(f"topic {each.topic}", f"{each.setting} is {each.found}, wanted {each.wanted}", each.fix)
        if not deviations:
            yield Check("topics", "all there, with the settings they must have")
        yield from _dead(config)
    except (BrokerUnavailable, KafkaError, OSError) as error:
        yield Check("topics", f"the broker does not answer: {error}", f"read {config.logs / KAFKA}.log, then make down and make up")


def _dead(config: StackConfig) -> Iterator[Check]:
    since = int((datetime.now(UTC) - LATELY).timestamp() * 1000)
    with KafkaConsumer(**kafka_access.brokers(config, AUDITOR).client(), auto_offset_reset="earliest", enable_auto_commit=False) as consumer:
        for topic in READ_BY_WORKERS:
            places = [TopicPartition(dead(topic), partition) for partition in sorted(consumer.partitions_for_topic(dead(topic)) or ())]
            ends, first = consumer.end_offsets(places), consumer.beginning_offsets(places)
            found = consumer.offsets_for_times(dict.fromkeys(places, since))
            lately = {place: found[place].offset for place in places if found[place] is not None and found[place].offset < ends[place]}
            new = sum(ends[place] - offset for place, offset in lately.items())
            if old := sum(ends[place] - first[place] for place in places) - new:
                yield Check(dead(topic), f"{old:,} records did not count, {LATELY.days} days ago or longer")
            if new:
                why = reasons(_values(consumer, lately))
                yield Check(
                    dead(topic), f"{new:,} records do not count: {why}", f"baoxue tail --topic {dead(topic)} --from beginning: who sent them?"
                )


def _values(consumer: Any, begin: Mapping[TopicPartition, int]) -> Iterator[bytes | None]:
    """Yield the values of dead letters from these offsets on; the first thousand are enough to know what is going on."""
    consumer.assign(list(begin))
    for place, offset in begin.items():
        consumer.seek(place, offset)
    left = _MOST_READ
    while left > 0 and (polled := consumer.poll(timeout_ms=_SILENCE_MS, max_records=left)):
        for records in polled.values():
            left -= len(records)
            yield from (record.value for record in records)


def reasons(letters: Iterable[bytes | None]) -> str:
    """Return why records are dead letters, the most frequent reason first."""
    told: Counter[str] = Counter()
    for letter in letters:
        try:
            told[str(json.loads(letter or b"")["data"]["reason"])] += 1
        except (ValueError, KeyError, TypeError):
            told["no dead letter"] += 1
    return ", ".join(f"{reason} ({n:,})" for reason, n in told.most_common())


def clock(newest: datetime | None, now: datetime, *, in_story: bool = False) -> Iterator[Check]:
    """Check that the clock of this machine is not behind the newest recorded time. ``in_story``: a demo tells the time, and not this clock."""
    if in_story:
        at = f", now at {newest.astimezone(CHINA):%Y-%m-%d %H:%M}" if newest else ""
        yield Check("clock", f"that of the demo's story{at}: reports are recorded at its time, which only the demo can say")
        return
    if newest is None:
        return
    behind = newest - now
    if behind > TOLERATED:
        yield Check("clock", f"{behind.total_seconds():,.0f} s behind the newest record", "timedatectl set-ntp true, or set it by hand")
    else:
        yield Check("clock", "not behind the record")
