"""A small measurement, as a run would have kept it."""

from bench.side_by_side.measured import Measured, NoNumber, Part, Run


def run(contestant: str, cpu: float, *, redis: float = 0.0, broker: float = 0.0) -> Run:
    return Run(contestant, cpu, redis, broker, starting=1.0, wall=2 * cpu, peak=100_000_000)


def measured(*results: Run | NoNumber, facts: int = 1_000_000) -> Measured:
    """A measurement of these runs, in their order."""
    return Measured(
        machine="2 cores",
        day="2020-06-14",
        load=(0.5, 1.5),
        scale=0.1,
        passes=1,
        facts=facts,
        cells=3,
        versions=dict.fromkeys(("Python", "Java", "Kafka", "Valkey"), "1.0"),
        packages={each.contestant: "msgspec 1.0" for each in results},
        order=[each.contestant for each in results],
        runs=[each for each in results if isinstance(each, Run)],
        without=[each for each in results if isinstance(each, NoNumber)],
        profile=[Part("add up", 30), Part("everything else", 10)],
    )
