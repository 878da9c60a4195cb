"""Relief's settings: read once, from variables that begin with ``RELIEF_``."""

from pydantic_settings import SettingsConfigDict

from shared.commands.settings import OfficeSettings
from shared.contracts.services import RELIEF
from shared.deciding.settings import buckets_of
from shared.settings import port_of_admin_server, port_of_api


class Settings(OfficeSettings):
    """Where relief finds its log and its Redis, and by what it tells the day."""

    model_config = SettingsConfigDict(env_prefix="RELIEF_", frozen=True, extra="ignore")

    port: int = port_of_api(RELIEF)
    operations_port: int = port_of_admin_server(RELIEF)
    buckets: int = buckets_of(512)
