"""Enrolment's settings: read once, from variables that begin with ``ENROLMENT_``."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.enrolment.limits import Limits
from shared.settings import ServiceSettings


class Settings(Limits, ServiceSettings):
    """Where enrolment finds its log and its Redis, and how much it takes at once."""

    model_config = SettingsConfigDict(env_prefix="ENROLMENT_", frozen=True, extra="ignore")

    kafka_bootstrap: str = Field("127.0.0.1:19092", description="host:port of the brokers, comma between")
    redis_url: str = Field("redis://127.0.0.1:16379/0", description="where states and receipts are kept")
    host: str = Field("127.0.0.1", description="address that the api listens on")
    port: int = Field(8001, ge=1, le=65535, description="port that the api listens on")
    operations_port: int = Field(8011, ge=1, le=65535, description="port on which the worker tells how it is")
    partitions: int = Field(12, ge=1, le=255, description="partitions of the keyed topics; fixed for the life of a deployment")
    generation: str = Field("1", pattern=r"^[0-9a-z]{1,16}$", description="generation of the states; a new one is built again from the record")
    buckets: int = Field(
        4096, ge=1, le=1 << 24, description="hashes that a partition's students are spread over; 64 students to each is best; fixed for a generation"
    )
    batch_size: int = Field(8000, ge=1, le=50_000, description="most submissions that the worker decides in one step")
    session_timeout: float = Field(10.0, ge=1.0, description="seconds after which the group gives a silent worker's partitions to another")
