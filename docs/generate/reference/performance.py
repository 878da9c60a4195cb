"""docs/reference/performance.md, from what ``make bench`` measured last (``bench/side_by_side/measured.json``), and the figures with targets."""

from collections.abc import Iterator, Mapping

from bench.side_by_side.catalogue import COUNTING, DECIDING, OURS, PLAIN, STREAMS, Contestant
from bench.side_by_side.measured import Found, Measured, Run
from bench.side_by_side.rounds import Range, range_of, runs_of
from bench.targets.measured import Figure
from docs.generate.markdown import code, page, table
from docs.generate.reference.targets import targets

INTRODUCTION = """\
What it costs to count the record, and to decide what is reported, here and with what an engineer would pick instead. One broker, one Redis,
identical bytes; each contestant is a process of its own that begins with an empty Redis and ends when it has done the last input. An independent
recount then compares all that it left: without equality there is no number. `make bench` measures, and writes this page."""

READING = """\
CPU is in microseconds {unit}. The shares of Redis and of the broker are those of their processes in the same time. Wall time is from the start of
the process. Each figure is the median, with the least and the most behind it."""

OF_COUNTING = """\
Costs count from the moment when the contestant begins its work: what it takes to start stands beside. A JVM compiles while it works, and that
is counted. All contestants in Python count by the same pure fold as our worker; the Java program counts the same by its own lines. They differ in
what is around it. Ours does more than the others: it judges of each fact whether it belongs where it stands, keeps the newest time and statement
of each county, and writes what each batch changed for the screens. The others write counts alone."""

OF_DECIDING = """\
Each submission is judged on the state of its student or county, and comes to a fact, a refusal, or nothing new. All facts and refusals are
compared with the record, for each student in their order, and all that they say but their own ids. Costs count from the moment when half of the
submissions are decided, and what came before stands beside: by then each has its partitions, and a JVM has compiled most of what it will; at a
small scale it still compiles, which is counted. The plain loop decides with our own pure decider, the Java program by its
own lines and the decider's table. Ours does more than both: it keeps what is needed to take a report back, the outcome of each submission for its
receipt, and lists; and its policies follow the record in the same process."""

FOOT = """\
The record is that of the demo's history, decided by the services' own deciders and policies; officers do nothing in it. Other programs may have run
at the same time: the load of the machine says how many wanted its cores."""


def performance(measured: Measured, figures: Mapping[str, Figure]) -> str:
    """Return the page: what others take beside us, then the figures that have a target."""
    return page(
        "Performance",
        INTRODUCTION,
        f"Machine: {measured.machine}; {measured.day}. All with Python {measured.versions['Python']}, Java {measured.versions['Java']}, "
        f"Kafka {measured.versions['Kafka']} and Valkey {measured.versions['Valkey']}.",
        *_job(measured.counting, "Count the record", "a fact", "facts", "counts", PLAIN, COUNTING, OF_COUNTING),
        *_job(measured.deciding, "Decide what is reported", "a submission", "submissions", "outcomes", STREAMS, DECIDING, OF_DECIDING),
        FOOT,
        *targets(figures),
    )


def _job(
    found: Found | None, title: str, unit: str, inputs: str, results: str, against: str, contestants: Mapping[str, Contestant], fairness: str
) -> Iterator[str]:
    """Yield the blocks of one job; none where it was not measured."""
    if found is None:
        return
    yield f"## {title}"
    before, after = found.load
    yield (
        f"{found.inputs:,} {inputs} of the history at scale {found.scale:g} come to {found.results:,} {results}. Order of the runs: "
        f"{' '.join(found.order)}. Load of the machine {before:.1f} before and {after:.1f} after."
    )
    head = ("contestant", f"CPU, us {unit}", "of Redis", "of the broker", "all three", f"against {against}", "before, s", "wall, s", "peak, MB")
    yield table(head, [_row(found, name, against) for name in dict.fromkeys(found.order)])
    yield READING.format(unit=unit)
    yield fairness
    yield table(
        ("contestant", "what", "versions"),
        ((code(name), contestants[name].what, found.packages[name]) for name in dict.fromkeys(found.order)),
    )
    yield "Where our microseconds go: samples of the worker's stacks in a run of its own (py-spy), as shares of its CPU."
    yield _profile(found, unit)


def _row(found: Found, name: str, against: str) -> tuple[str, ...]:
    runs = runs_of(found, name)
    if not runs:
        why = next((each.why for each in found.without if each.contestant == name), "it did not run")
        return (code(name), f"no number: {why.splitlines()[0]}", *[""] * 7)
    return (
        code(name),
        _shown(range_of(runs, lambda run: run.cpu / run.inputs * 1e6), 1),
        _shown(range_of(runs, lambda run: run.redis / run.inputs * 1e6), 1),
        _shown(range_of(runs, lambda run: run.broker / run.inputs * 1e6), 1),
        _shown(range_of(runs, together), 1),
        _against(found, name, against),
        f"{range_of(runs, lambda run: run.starting).median:.1f}",
        _shown(range_of(runs, lambda run: run.wall), 1),
        _shown(range_of(runs, lambda run: run.peak / 1e6), 0),
    )


def together(run: Run) -> float:
    """Return the CPU of a contestant with what it takes of Redis and of the broker, in microseconds an input."""
    return (run.cpu + run.redis + run.broker) / run.inputs * 1e6


def _against(found: Found, name: str, other: str) -> str:
    compared = runs_of(found, other)
    if not compared:
        return ""
    return f"{range_of(compared, together).median / range_of(runs_of(found, name), together).median:.2f}x"


def _shown(found: Range, digits: int) -> str:
    return f"{found.median:.{digits}f} ({found.least:.{digits}f}-{found.most:.{digits}f})"


def _profile(found: Found, unit: str) -> str:
    if not found.profile:
        return "There is no profile: the machine let py-spy look into no other process, or our worker did not run."
    samples, runs = sum(part.samples for part in found.profile), runs_of(found, OURS)
    cpu = range_of(runs, lambda run: run.cpu / run.inputs * 1e6).median if runs else 0.0
    rows = ((part.what, f"{part.samples / samples:.0%}", f"{part.samples / samples * cpu:.2f}") for part in found.profile)
    return table(("part", "share", f"us {unit}"), rows)
