"""The settings of a service that takes commands from offices."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.commands.limits import CommandLimits
from shared.commands.record_clock import Today
from shared.deciding.settings import DecidingSettings
from shared.http.story_clock import DESCRIPTION


class OfficeSettings(CommandLimits, DecidingSettings):
    """What case, relief and every other service that offices command can be set to."""

    model_config = SettingsConfigDict(frozen=True)

    story_key: str = Field("", description=DESCRIPTION)
    today: Today = Field(
        Today.CALENDAR, description="what tells the day: `calendar`, or `record` (the newest time that it holds) where a history is played in"
    )
