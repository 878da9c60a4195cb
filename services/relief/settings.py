"""Relief's settings: read once, from variables that begin with ``RELIEF_``."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.commands.limits import CommandLimits
from shared.commands.record_clock import Today
from shared.settings import ServiceSettings


class Settings(CommandLimits, ServiceSettings):
    """Where relief finds its log and its Redis, and by what it tells the day."""

    model_config = SettingsConfigDict(env_prefix="RELIEF_", frozen=True, extra="ignore")

    kafka_bootstrap: str = Field("127.0.0.1:19092", description="host:port of the brokers, comma between")
    redis_url: str = Field("redis://127.0.0.1:16379/0", description="where grants and their lists are kept")
    host: str = Field("127.0.0.1", description="address that the api listens on")
    port: int = Field(8003, ge=1, le=65535, description="port that the api listens on")
    operations_port: int = Field(8013, ge=1, le=65535, description="port on which the worker tells how it is")
    partitions: int = Field(12, ge=1, le=255, description="partitions of the keyed topics; fixed for the life of a deployment")
    generation: str = Field("1", pattern=r"^[0-9a-z]{1,16}$", description="generation of the states; a new one is built again from the record")
    buckets: int = Field(
        512, ge=1, le=1 << 24, description="hashes that a partition's children are spread over; 64 children to each is best; fixed for a generation"
    )
    today: Today = Field(
        Today.CALENDAR, description="what tells the api the day: `calendar`, or `record` (the newest time that it holds) where a history is played in"
    )
    batch_size: int = Field(4000, ge=1, le=50_000, description="most commands, and most facts, that the worker takes in one step")
    session_timeout: float = Field(10.0, ge=1.0, description="seconds after which the group gives a silent worker's partitions to another")
