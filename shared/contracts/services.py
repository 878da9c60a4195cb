"""Which services there are, and what each of them takes and writes: one ``ServiceSpec`` a service.

The topics, the languages of ``registry.py``, the embedded stack, the doctor, the check of the compose file and the reference pages are
made from ``SERVICES``. A new service is one more row here, beside its events in a file of this folder and its code in ``services/``
(``docs/how-to/add-a-service.md``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from shared.contracts.case_commands import COMMAND_UPCASTS
from shared.contracts.case_days import DayBegan
from shared.contracts.case_language import CASE_COMMANDS, CASE_FACTS
from shared.contracts.county import CountyStated
from shared.contracts.flag_commands import FLAG_COMMANDS
from shared.contracts.flags import FLAG_FACTS, OVERSIGHT_FACTS
from shared.contracts.place_commands import PLACE_COMMANDS
from shared.contracts.places import PLACE_FACTS, SchoolPlacesStated
from shared.contracts.relief_language import RELIEF_COMMANDS, RELIEF_FACTS
from shared.contracts.reports import REPORTS
from shared.contracts.same_as import MERGE_COMMANDS, MERGE_FACTS
from shared.contracts.student import STUDENT_FACTS
from shared.contracts.suspicions import SUSPICION_COMMANDS, SUSPICION_FACTS


@dataclass(frozen=True)
class InputTopic:
    """The one topic that the worker of a deciding service reads. ``keyed_by``: what the key of its records is.

    ``upcasts``: of superseded types, as ``registry.Language`` takes them.
    """

    name: str
    holds: str
    keyed_by: str
    types: tuple[type[Struct], ...]
    upcasts: Mapping[str, Callable[[Any], Struct]] = field(default_factory=dict)


@dataclass(frozen=True)
class ServiceSpec:
    """A service, as everything outside it must know it.

    ``serves``: what its api is for, and where to look first, in a few words for a terminal. ``input`` is None for a service that decides
    nothing. ``facts`` are the types that its worker writes into the record. ``hears`` names the services whose facts its policies answer.
    ``reads_record`` says that its worker reads the record for another reason. ``tells_day`` says that its api tells the day, by the
    calendar or by the record, ``passes_days`` that days begin in its worker, by the same. ``kept_by_api`` are patterns of keys in Redis that its
    api writes, beside those that begin with its name.
    """

    name: str
    port: int
    admin_port: int
    serves: str
    input: InputTopic | None = None
    facts: tuple[type[Struct], ...] = ()
    hears: tuple[str, ...] = ()
    reads_record: bool = False
    tells_day: bool = False
    passes_days: bool = False
    kept_by_api: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The CloudEvents ``source`` of its facts."""
        return f"/{self.name}"

    @property
    def policy_source(self) -> str:
        """The CloudEvents ``source`` of the commands that its policies publish."""
        return f"/{self.name}/policies"

    @property
    def operator_source(self) -> str:
        """The CloudEvents ``source`` of the commands that its operator gives, in no office's name."""
        return f"/{self.name}/operator"

    @property
    def api(self) -> str:
        """The name of its api process."""
        return f"{self.name}-api"

    @property
    def worker(self) -> str:
        """The name of its worker process."""
        return f"{self.name}-worker"


ENROLMENT = ServiceSpec(
    name="enrolment",
    port=8001,
    admin_port=8011,
    serves="takes reports at /v1/reports",
    input=InputTopic(
        "enrolment.submissions",
        "reports as they were received, and what policies ask of a child",
        "student id, county code or school code",
        (*REPORTS, *MERGE_COMMANDS),
    ),
    facts=(*STUDENT_FACTS, *MERGE_FACTS, CountyStated, SchoolPlacesStated),
    hears=("enrolment",),
)

CASE = ServiceSpec(
    name="case",
    port=8002,
    admin_port=8012,
    serves="shows files of children at /v1/cases",
    input=InputTopic(
        "case.commands",
        "what offices and policies ask of cases",
        "student id, county code or school code",
        (*CASE_COMMANDS, *FLAG_COMMANDS, *PLACE_COMMANDS, *SUSPICION_COMMANDS),
        COMMAND_UPCASTS,
    ),
    facts=(*CASE_FACTS, DayBegan, *FLAG_FACTS, *OVERSIGHT_FACTS, *PLACE_FACTS, *SUSPICION_FACTS),
    hears=("enrolment", "case", "relief"),
    tells_day=True,
    passes_days=True,
)

RELIEF = ServiceSpec(
    name="relief",
    port=8003,
    admin_port=8013,
    serves="shows aid that is due at /v1/grants",
    input=InputTopic("relief.commands", "what offices and policies ask of relief", "student id", RELIEF_COMMANDS),
    facts=RELIEF_FACTS,
    hears=("enrolment", "relief", "case"),
    tells_day=True,
    kept_by_api=("{relief:terms}:*",),
)

REPORTING = ServiceSpec(
    name="reporting",
    port=8000,
    admin_port=8010,
    serves="shows counts and screens at /, /v1/headline, /docs",
    reads_record=True,
)

SERVICES: tuple[ServiceSpec, ...] = (ENROLMENT, CASE, RELIEF, REPORTING)
