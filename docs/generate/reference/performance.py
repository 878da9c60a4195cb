"""docs/reference/performance.md, from what ``make bench`` measured last (``bench/side_by_side/measured.json``), and the figures with targets."""

from collections.abc import Mapping

from bench.side_by_side.catalogue import CONTESTANTS, OURS, PLAIN
from bench.side_by_side.measured import Measured, Run
from bench.side_by_side.rounds import Range, range_of, runs_of
from bench.targets.measured import Figure
from docs.generate.markdown import code, page, table
from docs.generate.reference.targets import targets

INTRODUCTION = """\
What it costs to count the record, here and with what an engineer would pick instead. One broker, one Redis, one record of identical bytes; each
contestant is a process of its own that begins with an empty Redis and ends when it has counted the last fact. An independent recount (the audit's
SQL) then compares every count that it left: without equality there is no number. `make bench` measures, and writes this page."""

READING = """\
CPU is in microseconds a fact, from the moment when the contestant begins its work: what it takes to start stands beside. A JVM compiles while it
works, and that is counted. The shares of Redis and of the broker are those of their processes in the same time. Wall time is from the start of the
process. Each figure is the median, with the least and the most behind it."""

FAIRNESS = """\
All contestants in Python count by the same pure fold as our worker; the Java program counts the same by its own lines. They differ in what is around
it. Ours does more than the others: it judges of each fact whether it belongs where it stands, keeps the newest time and statement of each county,
and writes what each batch changed for the screens. The others write counts alone."""

FOOT = """\
The record is that of the demo's history, decided by the services' own deciders and policies; officers do nothing in it. Other programs may have run
at the same time: the load of the machine says how many wanted its cores."""


HEAD = ("contestant", "CPU, us a fact", "of Redis", "of the broker", "all three", "against the plain loop", "start, s", "wall, s", "peak, MB")


def performance(measured: Measured, figures: Mapping[str, Figure]) -> str:
    """Return the page: what others take beside us, then the figures that have a target."""
    per_fact = measured.facts / 1e6
    rows = [_row(measured, name, per_fact) for name in dict.fromkeys(measured.order)]
    before, after = measured.load
    return page(
        "Performance",
        INTRODUCTION,
        f"{measured.facts:,} facts of the history at scale {measured.scale:g} come to {measured.cells:,} counts. Order of the runs: "
        f"{' '.join(measured.order)}. Machine: {measured.machine}; load {before:.1f} before and {after:.1f} after; {measured.day}.",
        table(HEAD, rows),
        READING,
        "## The contestants",
        table(
            ("contestant", "what", "versions"),
            ((code(name), CONTESTANTS[name].what, measured.packages[name]) for name in dict.fromkeys(measured.order)),
        ),
        f"All with Python {measured.versions['Python']}, Java {measured.versions['Java']}, Kafka {measured.versions['Kafka']} and Valkey "
        f"{measured.versions['Valkey']}.",
        FAIRNESS,
        "## Where our microseconds go",
        "Samples of the worker's stacks in a run of its own (py-spy), as shares of its CPU.",
        _profile(measured),
        FOOT,
        *targets(figures),
    )


def _row(measured: Measured, name: str, per_fact: float) -> tuple[str, ...]:
    runs = runs_of(measured, name)
    if not runs:
        why = next((each.why for each in measured.without if each.contestant == name), "it did not run")
        return (code(name), f"no number: {why.splitlines()[0]}", *[""] * 7)
    return (
        code(name),
        _shown(range_of(runs, lambda run: run.cpu / per_fact), 1),
        _shown(range_of(runs, lambda run: run.redis / per_fact), 1),
        _shown(range_of(runs, lambda run: run.broker / per_fact), 1),
        _shown(range_of(runs, lambda run: together(run) / per_fact), 1),
        _against(measured, name),
        f"{range_of(runs, lambda run: run.starting).median:.1f}",
        _shown(range_of(runs, lambda run: run.wall), 1),
        _shown(range_of(runs, lambda run: run.peak / 1e6), 0),
    )


def together(run: Run) -> float:
    """Return the CPU of a contestant with what it takes of Redis and of the broker."""
    return run.cpu + run.redis + run.broker


def _against(measured: Measured, name: str) -> str:
    plain = runs_of(measured, PLAIN)
    if not plain:
        return ""
    return f"{range_of(plain, together).median / range_of(runs_of(measured, name), together).median:.2f}x"


def _shown(found: Range, digits: int) -> str:
    return f"{found.median:.{digits}f} ({found.least:.{digits}f}-{found.most:.{digits}f})"


def _profile(measured: Measured) -> str:
    if not measured.profile:
        return "This time there is no profile: the machine let py-spy look into no other process, or our worker did not run."
    samples, runs = sum(part.samples for part in measured.profile), runs_of(measured, OURS)
    cpu = range_of(runs, lambda run: run.cpu).median / measured.facts * 1e6 if runs else 0.0
    rows = ((part.what, f"{part.samples / samples:.0%}", f"{part.samples / samples * cpu:.2f}") for part in measured.profile)
    return table(("part", "share", "us a fact"), rows)
