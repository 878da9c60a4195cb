"""How a client on librdkafka is let in."""

from typing import Any

from bench.side_by_side.task import Task


def client(task: Task) -> dict[str, Any]:
    """Return the settings by which such a client connects."""
    return {
        "bootstrap.servers": task.bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": task.user,
        "sasl.password": task.password,
    }
