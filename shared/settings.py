"""How a process reads its settings: once, from the environment, and with an error that names the variable."""

import sys
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings

Settings = TypeVar("Settings", bound=BaseSettings)

EXIT_SETTINGS = 78
"""The exit code of a process whose settings are wrong (EX_CONFIG)."""


class ServiceSettings(BaseSettings):
    """What the settings of every service hold: its Kafka, its Redis, and where its api and its worker's admin server listen."""

    kafka_bootstrap: str
    redis_url: str
    host: str
    port: int
    operations_port: int
    ready_lag_seconds: float = Field(
        30.0, gt=0, description="seconds behind the log's end beyond which a process says that it is not ready; it goes on all the same"
    )


def read_settings(kind: type[Settings]) -> Settings:
    """Read a service's settings; where one is wrong, say which variable and what it takes, and end the process."""
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        for wrong in error.errors(include_input=False, include_url=False):
            name = prefix + "_".join(str(part) for part in wrong["loc"]).upper()
            described = kind.model_fields[str(wrong["loc"][0])].description if wrong["loc"] else None
            sys.stderr.write(f"{name}: {wrong['msg']}. It is: {described or 'see the reference of settings'}. Mend or unset it.\n")
        raise SystemExit(EXIT_SETTINGS) from None
