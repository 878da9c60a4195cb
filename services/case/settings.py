"""Case's settings: read once, from variables that begin with ``CASE_``."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.commands.settings import OfficeSettings
from shared.contracts.services import CASE
from shared.http.sessions.settings import SignInSettings
from shared.settings import port_of_admin_server, port_of_api


class Settings(OfficeSettings, SignInSettings):
    """Where case finds its log and its Redis, by what it tells the day, how people sign in to the desk, and whom the desk asks."""

    model_config = SettingsConfigDict(env_prefix="CASE_", frozen=True, extra="ignore")

    port: int = port_of_api(CASE)
    operations_port: int = port_of_admin_server(CASE)
    enrolment_url: str = Field(
        "", description="where enrolment's api is, asked for names on behalf of who sits at the desk; without it there are none"
    )
    relief_url: str = Field("", description="where relief's api is, asked for aid on behalf of who sits at the desk; without it there is none")
    reporting_url: str = Field(
        "",
        description="where reporting's api is, asked for counts of flags and re-checks on behalf of who sits at the desk; without it there are none",
    )
