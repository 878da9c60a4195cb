"""How long the api waits and remembers: part of the service's settings."""

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """What an office may count on. Each is a setting: ``RELIEF_`` and the name in capitals."""

    model_config = ConfigDict(frozen=True)

    word_seconds: float = Field(2.0, gt=0, le=60, description="how long what an office asks for waits for the worker's word before the answer is 202")
    repeat_seconds: int = Field(86_400, ge=1, description="how long the answer to an Idempotency-Key is kept")
    lease_seconds: int = Field(60, ge=1, description="how long a request that died goes on blocking its Idempotency-Key")
