"""Where a demo finds the apis, and the issuer whose tokens they take."""

from pathlib import Path
from typing import NamedTuple, Self

from deploy.demo.playing.credentials import Issuer
from deploy.local.config import ROOT, StackConfig
from deploy.local.directory import key_files


class Apis(NamedTuple):
    """The addresses; those of the defaults are an embedded stack's."""

    enrolment: str = "http://127.0.0.1:8001"
    case: str = "http://127.0.0.1:8002"
    relief: str = "http://127.0.0.1:8003"
    reporting: str = "http://127.0.0.1:8000"
    issuer: Issuer = Issuer("http://127.0.0.1:8020", ROOT / ".baoxue" / "issuer")
    student_keys: Path | None = None
    """The file of the student-id key; without it no child gets a name."""

    @classmethod
    def of(cls, config: StackConfig) -> Self:
        """Return the addresses of an embedded stack."""
        enrolment, case, relief, reporting = map(config.api_url, ("enrolment", "case", "relief", "reporting"))
        return cls(enrolment, case, relief, reporting, Issuer(config.issuer_url, config.issuer_folder), key_files(config)[0])
