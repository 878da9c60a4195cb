"""Case's settings: read once, from variables that begin with ``CASE_``."""

from pydantic_settings import SettingsConfigDict

from shared.commands.settings import OfficeSettings
from shared.contracts.services import CASE
from shared.settings import port_of_admin_server, port_of_api


class Settings(OfficeSettings):
    """Where case finds its log and its Redis, and by what it tells the day."""

    model_config = SettingsConfigDict(env_prefix="CASE_", frozen=True, extra="ignore")

    port: int = port_of_api(CASE)
    operations_port: int = port_of_admin_server(CASE)
