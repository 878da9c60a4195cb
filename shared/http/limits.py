"""The limits that apis of several services have in common, each a part of a service's settings."""

from pydantic import BaseModel, ConfigDict, Field


class IdempotencyLimits(BaseModel):
    """How long the keys of requests are remembered. Each is a setting: the service's prefix and the name in capitals."""

    model_config = ConfigDict(frozen=True)

    repeat_seconds: int = Field(86_400, ge=1, description="how long the answer to an Idempotency-Key is kept")
    lease_seconds: int = Field(60, ge=1, description="how long a request that died goes on blocking its Idempotency-Key")
