"""Who is let in to the embedded Kafka, and how: each process as itself, by a password of its own that is proved and never sent (SCRAM).

What each may do follows from the catalogue of services (`shared/log/rights.py`). The broker and the operator, who may do everything, are
known from the broker's own settings, since users by SCRAM stand in the log that somebody has to make first; the file of the settings is the
owner's alone. A password whose file is removed is made anew at the next start.
"""

from __future__ import annotations

from collections.abc import Mapping

from deploy.local.config import LOOPBACK, StackConfig
from deploy.local.private_files import ensure_password
from shared.brokers import Brokers
from shared.log.access_admin import ensure_access
from shared.log.rights import rights, users

OPERATOR = "operator"
BROKER = "broker"
_SCRAM, _PLAIN = (f"org.apache.kafka.common.security.{module}LoginModule" for module in ("scram.Scram", "plain.Plain"))


def ensure_passwords(config: StackConfig) -> Mapping[str, str]:
    """Return the password of each user, by name; make those that are missing."""
    config.kafka_users.mkdir(parents=True, exist_ok=True)
    return {user: ensure_password(config.kafka_password_file(user)) for user in (BROKER, OPERATOR, *users())}


def brokers(config: StackConfig, user: str) -> Brokers:
    """Return the stack's Kafka, as this user finds it."""
    return Brokers(config.kafka_bootstrap, user, config.kafka_password_file(user), "PLAIN" if user == OPERATOR else "SCRAM-SHA-512")


def ensure_users(config: StackConfig) -> None:
    """Set the passwords and rights of all users in a broker that runs. Raises what `ensure_access` does."""
    passwords = {user: config.kafka_password_file(user).read_text("ascii").strip() for user in users()}
    ensure_access(brokers(config, OPERATOR), passwords, rights())


def settings(config: StackConfig, passwords: Mapping[str, str]) -> Mapping[str, str]:
    """Return the settings of the broker about who is let in and who decides what each may do."""
    known = " ".join(f'user_{user}="{passwords[user]}"' for user in (BROKER, OPERATOR))
    itself = f'{_PLAIN} required username="{BROKER}" password="{passwords[BROKER]}" {known};'
    return {
        "listeners": f"CLIENTS://{config.kafka_bootstrap},CONTROLLER://{LOOPBACK}:{config.kafka_controller_port}",
        "advertised.listeners": f"CLIENTS://{config.kafka_bootstrap}",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.clients.scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
        "listener.name.clients.plain.sasl.jaas.config": itself,
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": itself,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{BROKER};User:{OPERATOR}",
        "allow.everyone.if.no.acl.found": "false",
    }
