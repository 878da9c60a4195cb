"""Enrolment's settings: read once, from variables that begin with ``ENROLMENT_``."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from services.enrolment.limits import Limits
from shared.brokers import checked_one_line
from shared.contracts.services import ENROLMENT
from shared.deciding.settings import DecidingSettings, buckets_of
from shared.http.story_clock import DESCRIPTION
from shared.settings import port_of_admin_server, port_of_api

_HERE = ".baoxue/directory"


class Settings(Limits, DecidingSettings):
    """Where enrolment finds its log and its Redis, and how much it takes at once."""

    model_config = SettingsConfigDict(env_prefix="ENROLMENT_", frozen=True, extra="ignore")

    port: int = port_of_api(ENROLMENT)
    operations_port: int = port_of_admin_server(ENROLMENT)
    buckets: int = buckets_of(4096)
    directory_url: str = Field(
        f"sqlite:///{_HERE}/children.sqlite", description="database of the names of children: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`"
    )
    directory_password_file: Path | None = Field(None, description="file that holds the password for that database, on one line")
    keystore_url: str = Field(
        f"sqlite:///{_HERE}/keystore.sqlite",
        description="database of the wrapped keys of children: another one, which no backup of the names includes",
    )
    keystore_password_file: Path | None = Field(None, description="file that holds the password for the keystore, on one line")
    student_keys_file: Path = Field(Path(_HERE, "student-id.keys"), description="file of the key of student ids, which all who make ids have")
    master_keys_file: Path = Field(Path(_HERE, "master.keys"), description="file of the master key, which wraps the keys of children")
    story_key: str = Field("", description=DESCRIPTION)
    batch_size: int = Field(3000, ge=1, le=50_000, description="most submissions that the worker decides in one step")

    @field_validator("directory_password_file", "keystore_password_file")
    @classmethod
    def _holds_a_password(cls, file: Path | None) -> Path | None:
        return checked_one_line(file)

    @field_validator("directory_url", "keystore_url")
    @classmethod
    def _is_known(cls, url: str) -> str:
        # Here, because only the api stands on SQLAlchemy.
        from services.enrolment.directory.database import url_of

        url_of(url)
        return url
