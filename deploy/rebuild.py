"""`baoxue rebuild`: the counts, counted again beside those that are shown, compared with them number by number, and shown instead of them."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from deploy.local import redis_access
from deploy.local.config import StackConfig
from deploy.local.processes import ServiceProcess
from services.reporting.board.board import OtherFold
from services.reporting.cli import progress
from services.reporting.rebuild import CannotRebuild, Difference, Rebuild, drop
from services.reporting.settings import Settings
from services.reporting.wiring import rebuild as rebuild_of
from shared.contracts.services import REPORTING
from shared.log.event_log import LogUnavailable
from shared.redis.edge import REDIS_UNAVAILABLE, connect_to
from shared.settings import read_settings

app = typer.Typer()
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

DIFFERENT, UNAVAILABLE = 1, 2
SHOWN = 50
"""Differences that are printed; the number of all is."""


class Outcome(NamedTuple):
    """What a rebuild came to: the two generations, the numbers that differ, how many, and whether the other generation is shown now."""

    live: str
    generation: str
    first: list[Difference]
    differing: int
    shown: bool


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="Whose view of the record: reporting.")] = REPORTING.name,
    generation: Annotated[
        str | None, typer.Option(help="Name of the generation to fill; without it, the number after the one that is shown.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Show it though numbers differ.")] = False,
    compare_only: Annotated[bool, typer.Option("--compare-only", help="Fill and compare, and leave what is shown as it is.")] = False,
    listing: Annotated[Path | None, typer.Option("--list", help="File for every difference, as CSV; the screen shows 50.")] = None,
    drop_: Annotated[str | None, typer.Option("--drop", help="Remove the counts of this generation instead, which is not shown.")] = None,
) -> None:
    """Count the record again beside the counts that are shown, compare every number at the same offsets, and show the new ones.

    What is shown goes on meanwhile, and no screen ever shows a part. An interrupted rebuild goes on where it was. The generation of before stays
    until `--drop`. Exit code 0: equal, or accepted. 1: numbers differ, and nothing was changed. 2: Kafka or Redis cannot be reached.
    """
    if service != REPORTING.name:
        raise typer.BadParameter(
            f"{service} keeps states, not counts. Stop it, and start api and worker with another {service.upper()}_GENERATION: "
            "the worker builds its states again from its own facts (docs/how-to/rebuild.md)",
            param_hint="'SERVICE'",
        )
    settings = read_settings(Settings)
    try:
        if drop_ is not None:
            removed = asyncio.run(_drop(settings, drop_))
            out.print(f"Removed generation {drop_}: {removed} keys." if removed else f"There is nothing of a generation {drop_}.")
            return
        outcome = asyncio.run(rebuilt(settings, generation, accept=accept, compare_only=compare_only, listing=listing))
    except (CannotRebuild, OtherFold) as error:
        err.print(str(error), style="red", markup=False)
        raise typer.Exit(DIFFERENT) from error
    except (LogUnavailable, *REDIS_UNAVAILABLE) as error:
        err.print(f"Kafka or Redis cannot be reached: {error}. What was counted stays; call this again.", style="red", markup=False)
        raise typer.Exit(UNAVAILABLE) from error
    if outcome.differing and not (outcome.shown or compare_only):
        raise typer.Exit(DIFFERENT)


async def rebuilt(settings: Settings, generation: str | None, *, accept: bool, compare_only: bool = False, listing: Path | None = None) -> Outcome:
    """Fill, compare and show a generation, and print what is done. Raises ``CannotRebuild``, ``OtherFold``, and what ``UNAVAILABLE`` names."""
    async with _rebuild(settings, generation) as work:
        begun, before = perf_counter(), await work.standing()
        with progress(f"Counting into generation {work.generation}", max(0, before.live - before.rebuilt)) as read:
            await work.fill(read)
        seconds, passed = perf_counter() - begun, (await work.standing()).rebuilt - before.rebuilt
        out.print(f"Generation {work.generation}: counted {passed:,} offsets in {seconds:.1f} s, {passed / max(seconds, 1e-9):,.0f}/s.")
        first: list[Difference] = []
        differing = 0
        with _listed(listing) as write:
            async for difference in work.differences():
                differing += 1
                write(difference)
                if differing <= SHOWN:
                    first.append(difference)
        _print_differences(work, first, differing)
        shown = not compare_only and (not differing or accept)
        if shown:
            await work.show()
        _print_what_next(settings, work, differing, shown=shown, compare_only=compare_only)
        return Outcome(work.live, work.generation, first, differing, shown)


def follow_fold(config: StackConfig) -> None:
    """Count the record of an embedded stack anew and show that, where the counts that are shown come from another version of the fold.

    Every number that changes is written into the folder of the logs first.
    """
    given: Any = {name.removeprefix("REPORTING_").lower(): value for name, value in environment(config).items()}
    asyncio.run(_follow_fold(Settings(**given), config.logs))


async def _follow_fold(settings: Settings, folder: Path) -> None:
    async with _rebuild(settings, None) as work:
        if not await work.is_needed():
            return
    listing = folder / f"rebuild-{work.generation}.csv"
    out.print("The counts that are shown come from another version of the fold: they are counted anew.")
    await rebuilt(settings, work.generation, accept=True, listing=listing)
    out.print(f"Every number that changed: {listing}")


def environment(config: StackConfig) -> dict[str, str]:
    """Return how the command finds the parts of an embedded stack: as reporting's worker in Kafka, and as the operator in Redis."""
    address = redis_access.address(config, redis_access.OPERATOR)
    of_worker = ServiceProcess(REPORTING.name, "worker").program(config).environment
    return {**of_worker, "REPORTING_REDIS_URL": address.redis_url, "REPORTING_REDIS_PASSWORD_FILE": str(address.redis_password_file)}


@asynccontextmanager
async def _rebuild(settings: Settings, generation: str | None) -> AsyncIterator[Rebuild]:
    work = await rebuild_of(settings, generation)
    try:
        yield work
    finally:
        await work.stop()


async def _drop(settings: Settings, generation: str) -> int:
    redis = connect_to(settings)
    try:
        return await drop(redis, generation, partitions=settings.partitions)
    finally:
        await redis.aclose()


@contextmanager
def _listed(file: Path | None) -> Iterator[Callable[[Difference], object]]:
    if file is None:
        yield lambda _: None
        return
    with file.open("w", encoding="utf-8", newline="") as to:
        table = csv.writer(to)
        table.writerow(Difference._fields)
        yield table.writerow


def _print_differences(work: Rebuild, first: list[Difference], differing: int) -> None:
    if not differing:
        out.print(f"Every number of generation {work.generation} is that of {work.live}, at the same offsets.")
        return
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for name in ("partition", "of", "which"):
        table.add_column(name, justify="right" if name == "partition" else "left")
    table.add_column(f"in {work.live}", justify="right")
    table.add_column(f"in {work.generation}", justify="right")
    for each in first:
        table.add_row(str(each.partition), each.what, each.field, each.shown or "-", each.rebuilt or "-")
    out.print(table)
    out.print(f"{differing:,} numbers differ" + (f"; these are the first {len(first)}." if differing > len(first) else "."))


def _print_what_next(settings: Settings, work: Rebuild, differing: int, *, shown: bool, compare_only: bool) -> None:
    if shown:
        out.print(f"Generation {work.generation} is the one to show now. {work.live} stays until `baoxue rebuild --drop {work.live}`.")
        if settings.generation:
            out.print(f"REPORTING_GENERATION is set: start the workers with REPORTING_GENERATION={work.generation}, or without it.")
    elif differing and not compare_only:
        out.print(f"Nothing was changed: {work.live} is shown. If the new numbers are the right ones, call this again with --accept.")
