"""The time of the story: at which moment of it the reports and the commands of a day come in, and how a request says so."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from shared.clock import CHINA
from shared.contracts.services import SERVICES
from shared.http.story_clock import KEY_HEADER, TIME_HEADER

_REPORTS, _OFFICERS = time(20, 0, tzinfo=CHINA), time(21, 0, tzinfo=CHINA)
"""Behind the last report of a day, which is a statement at 18:30; officers follow, so that they know the reports of the day."""


def environment(key: str) -> dict[str, str]:
    """Return the variables of a system into which a story is played by whoever has the key."""
    return {"REPORTING_DEMO": "true", **{f"{spec.name.upper()}_STORY_KEY": key for spec in SERVICES if spec.input is not None}}


class Story(NamedTuple):
    """A story that apis with this key go by. "" where the system was started by somebody else: then all is recorded by the calendar."""

    key: str = ""

    def of_reports(self, day: date) -> Mapping[str, str]:
        """Return the headers of reports that come in on the evening of a day."""
        return self._at(datetime.combine(day, _REPORTS))

    def of_officers(self, day: date) -> Mapping[str, str]:
        """Return the headers of commands of officers on the evening of a day."""
        return self._at(datetime.combine(day, _OFFICERS))

    def _at(self, moment: datetime) -> Mapping[str, str]:
        return {KEY_HEADER: self.key, TIME_HEADER: moment.isoformat()} if self.key else {}
