"""The cost of reading and writing one event, in microseconds: ``python -m bench.codec``. Limit: 3 for reading a fact."""

from collections.abc import Callable
from datetime import datetime
from timeit import repeat

from msgspec import Raw

from services.reporting.counting.counted import read_counted
from shared.clock import CHINA
from shared.contracts.registry import REPORT_LANGUAGE
from shared.contracts.reports import Enrolled
from shared.contracts.sequence import sequence_of
from shared.contracts.student import Standing, StudentEnrolled
from shared.contracts.words import Stage, Status
from shared.events.codec import encode, read_data, read_fact, read_submission
from shared.events.envelope import Event, Submission
from shared.ids import uuid5_of_position

TIMES = 20_000
AT = datetime(2020, 6, 14, 8, tzinfo=CHINA)
STUDENT, COUNTY, SCHOOL = "0123456789abcdef" * 2, "513431", "2151000001"

REPORT = Enrolled(COUNTY, SCHOOL, Stage.JUNIOR, 8, poor=True)
SUBMISSION = Submission(
    specversion="1.0",
    id="2020-06-14/000001",
    source="/provinces/51",
    type=Enrolled.TYPE,
    subject=STUDENT,
    time=AT,
    recordedtime=AT,
    partitionkey=STUDENT,
    data=Raw(encode(REPORT)),
)
FACT = Event[StudentEnrolled](
    specversion="1.0",
    id=uuid5_of_position("enrolment.submissions", 3, 1234, 0),
    source="/enrolment",
    type=StudentEnrolled.TYPE,
    subject=STUDENT,
    time=AT,
    recordedtime=AT,
    partitionkey=STUDENT,
    sequence=sequence_of(1234, 0),
    causationid=SUBMISSION.id,
    correlationid=SUBMISSION.id,
    reportedby=SUBMISSION.source,
    data=StudentEnrolled(
        before=Standing(Status.ENROLLED, COUNTY, Stage.JUNIOR, True, None),
        after=Standing(Status.ENROLLED, COUNTY, Stage.JUNIOR, True, None),
        county=COUNTY,
        school=SCHOOL,
        stage=Stage.JUNIOR,
        grade=8,
        poor=True,
    ),
)


def measured(what: str, step: Callable[[], object]) -> None:
    """Print the best of seven runs: other work of the machine can only add time."""
    print(f"{what:32}{min(repeat(step, number=TIMES, repeat=7)) / TIMES * 1e6:6.2f} us")


def main() -> None:
    """Measure each reader and the writer on the same average fact."""
    submission, fact = encode(SUBMISSION), encode(FACT)
    read = read_submission(submission)
    print(f"a submission of {len(submission)} bytes, a fact of {len(fact)} bytes")
    measured("read_fact", lambda: read_fact(fact))
    measured("read_counted", lambda: read_counted(fact))
    measured("read_submission", lambda: read_submission(submission))
    measured("read_data of a report", lambda: read_data(REPORT_LANGUAGE, read.type, read.data))
    measured("encode a fact", lambda: encode(FACT))
    measured("encode a submission", lambda: encode(SUBMISSION))


if __name__ == "__main__":
    main()
