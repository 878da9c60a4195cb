"""How long an officer's api waits and remembers: part of the settings of each service that takes commands."""

from pydantic import Field

from shared.http.limits import IdempotencyLimits


class CommandLimits(IdempotencyLimits):
    """What an office may count on. Each is a setting: the service's prefix and the name in capitals."""

    word_seconds: float = Field(2.0, gt=0, le=60, description="how long what an office asks for waits for the worker's word before the answer is 202")
    lines_seconds: float = Field(20.0, gt=0, le=120, description="how long many commands at once wait for the worker's word on all of them")
