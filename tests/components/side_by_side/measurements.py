"""A small measurement, as a run would have kept it."""

from bench.side_by_side.measured import Found, Measured, NoNumber, Part, Run


def run(contestant: str, cpu: float, *, redis: float = 0.0, broker: float = 0.0, inputs: int = 1_000_000) -> Run:
    return Run(contestant, inputs, cpu, redis, broker, starting=1.0, wall=2 * cpu, peak=100_000_000)


def found(*results: Run | NoNumber, inputs: int = 1_000_000) -> Found:
    """What these runs of a job found, in their order."""
    return Found(
        scale=0.1,
        load=(0.5, 1.5),
        inputs=inputs,
        results=3,
        order=[each.contestant for each in results],
        packages={each.contestant: "msgspec 1.0" for each in results},
        runs=[each for each in results if isinstance(each, Run)],
        without=[each for each in results if isinstance(each, NoNumber)],
        profile=[Part("add up", 30), Part("everything else", 10)],
    )


def measured(counting: Found | None = None, deciding: Found | None = None) -> Measured:
    return Measured(
        machine="2 cores",
        day="2020-06-14",
        versions=dict.fromkeys(("Python", "Java", "Kafka", "Valkey"), "1.0"),
        counting=counting,
        deciding=deciding,
    )
