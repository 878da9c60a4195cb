"""Makes the users of Kafka and their rights what they must be.

Passwords are set, missing rights are given, and whatever else such a user may do is taken.
"""

from collections.abc import Collection, Mapping
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from shared.brokers import Brokers
from shared.log.rights import Right
from shared.log.topic_admin import admin_client

MECHANISM = ScramMechanism.SCRAM_SHA_512
ITERATIONS = 4096
"""The fewest that Kafka takes. More would slow down who guesses, and nobody guesses 256 random bits."""

EVERYBODY = "User:*"

_ALL = ACLFilter(None, "*", ACLOperation.ANY, ACLPermissionType.ANY, ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY))


class AccessRefused(Exception):
    """The brokers did not make the users or their rights. The message says what they answered."""


def ensure_access(brokers: Brokers, passwords: Mapping[str, str], wanted: Collection[Right], *, patience: float = 30.0) -> int:
    """Set the password of each user, and return how many rights were given or taken.

    Rights of whoever is not among the users are left as they are. Raises ``AccessRefused``, ``BrokerUnavailable``, and kafka-python's errors.
    """
    with admin_client(brokers, patience) as admin:
        upserts = [UserScramCredentialUpsertion(user, MECHANISM, text, iterations=ITERATIONS) for user, text in passwords.items()]
        _check({user: wrong for user, wrong in admin.alter_user_scram_credentials(upserts).items() if wrong})
        missing, surplus = compare(admin, passwords, wanted)
        if missing:
            _check(admin.create_acls(list(missing))["failed"])
        if surplus:
            taken = admin.delete_acls([ACLFilter(a.principal, a.host, a.operation, a.permission_type, a.resource_pattern) for a in surplus])
            _check([error for _, _, error in taken if error.errno])
    _wait_until_known(brokers, passwords, patience)
    return len(missing) + len(surplus)


def _wait_until_known(brokers: Brokers, passwords: Mapping[str, str], patience: float) -> None:
    """Wait until each broker has heard of the last password: it learns of them in order, a moment after they are set."""
    if not passwords:
        return
    user, text = list(passwords.items())[-1]
    as_user = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": user, "sasl_plain_password": text}
    for address in brokers.bootstrap.split(","):
        # The client tries again until it is let in.
        told = {**brokers.client(), **as_user, "bootstrap_servers": address}
        KafkaAdminClient(**told, client_id="access-admin", bootstrap_timeout_ms=int(patience * 1000), reconnect_backoff_ms=20).close()


def wrong_rights(brokers: Brokers, users: Collection[str], wanted: Collection[Right], *, patience: float = 10.0) -> tuple[str, ...]:
    """Return, as sentences, which rights users lack or have beyond theirs. Changes nothing. Raises as ``ensure_access`` does."""
    with admin_client(brokers, patience) as admin:
        missing, surplus = compare(admin, users, wanted)
    return (*(f"{_worded(each)} is missing" for each in missing), *(f"{_worded(each)} is too much" for each in surplus))


def compare(admin: Any, users: Collection[str], wanted: Collection[Right]) -> tuple[set[ACL], set[ACL]]:
    """Return the rights that these users lack, and those that they have and must not."""
    described, _ = admin.describe_acls(_ALL)
    principals = {f"User:{user}" for user in users} | {EVERYBODY}
    held = {each for each in described if each.principal in principals}
    must = {acl_of(right) for right in wanted}
    return must - held, held - must


def acl_of(right: Right) -> ACL:
    """Return a right as Kafka has it."""
    if right.kind == "topic":
        where = ResourcePattern(ResourceType.TOPIC, right.name)
    else:
        where = ResourcePattern(ResourceType.GROUP, right.name, ACLResourcePatternType.PREFIXED)
    return ACL(f"User:{right.user}", "*", ACLOperation[right.operation], ACLPermissionType.ALLOW, where)


def _worded(acl: ACL) -> str:
    where = acl.resource_pattern
    return f"{acl.principal}: {acl.operation.name} on {where.resource_type.name.lower()} {where.resource_name}"


def _check(failures: Any) -> None:
    if failures:
        raise AccessRefused(f"the brokers refuse to make the users of Kafka or their rights: {failures}")
