"""Enrolment's settings: read once, from variables that begin with ``ENROLMENT_``."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.enrolment.limits import Limits
from shared.contracts.services import ENROLMENT
from shared.deciding.settings import DecidingSettings, buckets_of
from shared.http.story_clock import DESCRIPTION
from shared.settings import port_of_admin_server, port_of_api


class Settings(Limits, DecidingSettings):
    """Where enrolment finds its log and its Redis, and how much it takes at once."""

    model_config = SettingsConfigDict(env_prefix="ENROLMENT_", frozen=True, extra="ignore")

    port: int = port_of_api(ENROLMENT)
    operations_port: int = port_of_admin_server(ENROLMENT)
    buckets: int = buckets_of(4096)
    story_key: str = Field("", description=DESCRIPTION)
    batch_size: int = Field(8000, ge=1, le=50_000, description="most submissions that the worker decides in one step")
