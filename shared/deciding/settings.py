"""The settings that all deciding services have."""

from typing import Any

from pydantic import Field

from shared.settings import ServiceSettings


def buckets_of(number: int) -> Any:
    """Return the field ``buckets`` with another default."""
    return Field(
        number,
        ge=1,
        le=1 << 24,
        description="hashes that the states of a partition are spread over, best 64 states to each; fixed for a generation",
    )


class DecidingSettings(ServiceSettings):
    """How many partitions there are, which generation of the states is used, and how much the worker takes at once."""

    partitions: int = Field(12, ge=1, le=255, description="partitions of the keyed topics; fixed for the life of a deployment")
    generation: str = Field(
        "",
        pattern=r"^[0-9a-z]{0,16}$",
        description="generation of the states that worker and api use, the same; empty: the one that the key <service>:live names",
    )
    buckets: int = buckets_of(1024)
    batch_size: int = Field(2000, ge=1, le=50_000, description="most records of a topic that the worker takes in one step")
    session_timeout: float = Field(6.0, ge=1.0, description="seconds after which the group assigns a silent worker's partitions to another")
