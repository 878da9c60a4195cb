"""Reporting's settings: read once, from variables that begin with ``REPORTING_``."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.brokers import BrokerSettings
from shared.contracts.services import REPORTING
from shared.http.sessions.settings import SignInSettings
from shared.settings import ServiceSettings, port_of_admin_server, port_of_api


class Settings(ServiceSettings, SignInSettings):
    """The settings of the counts, the page and the streams, beside those of every service."""

    model_config = SettingsConfigDict(env_prefix="REPORTING_", frozen=True, extra="ignore")

    port: int = port_of_api(REPORTING)
    operations_port: int = port_of_admin_server(REPORTING)
    partitions: int = Field(12, ge=1, le=255, description="partitions of the record; fixed for the life of a deployment")
    generation: str = Field(
        "", pattern=r"^[0-9a-z]{0,16}$", description="generation of counts that the worker fills; empty: the one that the key reporting:live names"
    )
    baseline: Literal["published", "record"] = Field(
        "published", description="origin of the headline's baselines: the published figures of early 2019, or the record's own opening"
    )
    demo: bool = Field(False, description="whether the page says that its children are invented, and its record is of the time of a story")
    late_after: float = Field(10.0, gt=0, description="age in seconds from which the page shows its numbers as late")
    gone_after: float = Field(30.0, gt=0, description="age in seconds from which the page crosses its numbers out, and not less than late_after")
    most_streams: int = Field(2_000, ge=1, description="streams that the api keeps open at once; any more get a 503")
    most_streams_per_address: int = Field(1_024, ge=1, description="streams of one address; raise it where a proxy stands in front")
    batch_size: int = Field(8000, ge=1, le=50_000, description="most facts that the worker counts in one step")
    session_timeout: float = Field(6.0, ge=1.0, description="seconds after which the group assigns a silent worker's partitions to another")


class AuditorSettings(BrokerSettings, BaseSettings):
    """As whom the commands of `baoxue` that look into the record ask Kafka: the variables of the processes, on another machine."""

    model_config = SettingsConfigDict(env_prefix="REPORTING_", frozen=True, extra="ignore")
