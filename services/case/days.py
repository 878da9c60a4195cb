"""How days pass in case: what each file fell due for is told, and then the day begins (``shared/deciding/day_clock.py``)."""

from services.case.domain.clock import day_of_clock
from services.case.domain.packed import FALLS, SHARDS
from services.case.domain.stored_numbers import pack_day
from shared.contracts.case_days import BeginDay, TellUrgency
from shared.contracts.services import CASE
from shared.deciding.day_clock import Days
from shared.log import topics

DAYS = Days(
    topic=topics.CASE_COMMANDS,
    source=CASE.policy_source,
    groups=SHARDS,
    kind=FALLS,
    sort_key=pack_day,
    tell=lambda day: TellUrgency(day=day),
    begin=lambda day: BeginDay(day=day),
    began=day_of_clock,
)
