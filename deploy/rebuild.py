"""`baoxue rebuild`: what a service keeps in Redis, built again beside what is live, compared with it at the same offsets, and made live."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
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
from shared.contracts.services import REPORTING
from shared.contracts.services import SERVICES as CATALOGUE
from shared.log.event_log import LogUnavailable
from shared.rebuilding.rebuild import CannotRebuild, Difference, Rebuild
from shared.redis.edge import REDIS_UNAVAILABLE
from shared.settings import ServiceSettings, read_settings

app = typer.Typer()
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

DIFFERENT, UNAVAILABLE = 1, 2
SHOWN = 50
"""Differences that are printed; the number of all is."""


SERVICES = tuple(spec.name for spec in CATALOGUE)


class Rebuilt(NamedTuple):
    """How a service is rebuilt: its settings, the rebuild of a generation, and what removes one."""

    settings: type[ServiceSettings]
    rebuild: Callable[[Any, str | None], Awaitable[Rebuild]]
    drop: Callable[[Any, str], Awaitable[int]]

    @classmethod
    def of(cls, service: str) -> Rebuilt:
        """Return how one of the catalogue is rebuilt: what its wiring says, or its ``DecidingService``."""
        wiring = import_module(f"services.{service}.wiring")
        made = getattr(wiring, "SERVICE", wiring)
        return cls(import_module(f"services.{service}.settings").Settings, made.rebuild, made.drop)


class Outcome(NamedTuple):
    """What a rebuild came to: the two generations, what differs, how much of it, and whether the other generation is live now."""

    live: str
    generation: str
    first: list[Difference]
    differing: int
    shown: bool


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help=f"Whose view of the record: {', '.join(SERVICES)}.")] = REPORTING.name,
    generation: Annotated[str | None, typer.Option(help="Name of the generation to fill; without it, the number after the one that is live.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Make it live though it differs.")] = False,
    compare_only: Annotated[bool, typer.Option("--compare-only", help="Fill and compare, and leave what is live as it is.")] = False,
    listing: Annotated[Path | None, typer.Option("--list", help="File for every difference, as CSV; the screen shows 50.")] = None,
    drop_: Annotated[str | None, typer.Option("--drop", help="Remove this generation instead, which is not live.")] = None,
) -> None:
    """Build counts or states from the record again, beside the live ones, compare them at the same offsets, and make the new ones live.

    What is live goes on meanwhile, and no screen ever shows a part. An interrupted rebuild goes on where it was. The generation of before stays
    until `--drop`. Exit code 0: equal, or accepted. 1: they differ, and nothing was changed. 2: Kafka or Redis cannot be reached.
    """
    if service not in SERVICES:
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}", param_hint="'SERVICE'")
    settings = read_settings(Rebuilt.of(service).settings)
    try:
        if drop_ is not None:
            removed = asyncio.run(_drop(service, settings, drop_))
            out.print(f"Removed generation {drop_}: {removed} keys." if removed else f"There is nothing of a generation {drop_}.")
            return
        outcome = asyncio.run(rebuilt(service, settings, generation, accept=accept, compare_only=compare_only, listing=listing))
    except (CannotRebuild, OtherFold) as error:
        err.print(str(error), style="red", markup=False)
        raise typer.Exit(DIFFERENT) from error
    except (LogUnavailable, *REDIS_UNAVAILABLE) as error:
        err.print(f"Kafka or Redis cannot be reached: {error}. What was filled stays; call this again.", style="red", markup=False)
        raise typer.Exit(UNAVAILABLE) from error
    if outcome.differing and not (outcome.shown or compare_only):
        raise typer.Exit(DIFFERENT)


async def rebuilt(
    service: str, settings: ServiceSettings, generation: str | None, *, accept: bool, compare_only: bool = False, listing: Path | None = None
) -> Outcome:
    """Fill, compare and show a generation, and print what is done. Raises ``CannotRebuild``, ``OtherFold``, and what ``UNAVAILABLE`` names."""
    async with _rebuild(service, settings, generation) as work:
        begun, before = perf_counter(), await work.standing()
        with progress(f"Filling generation {work.generation}", max(0, before.live - before.rebuilt)) as read:
            await work.fill(read)
        seconds, passed = perf_counter() - begun, (await work.standing()).rebuilt - before.rebuilt
        out.print(f"Generation {work.generation}: read {passed:,} offsets in {seconds:.1f} s, {passed / max(seconds, 1e-9):,.0f}/s.")
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
        _print_what_next(service, settings, work, differing, shown=shown, compare_only=compare_only)
        return Outcome(work.live, work.generation, first, differing, shown)


def follow_versions(config: StackConfig) -> None:
    """Build anew what an embedded stack keeps of another version than this code's, of every service, and make that live.

    All that changes is written into the folder of the logs first.
    """
    for service in SERVICES:
        given: Any = {name.removeprefix(f"{service.upper()}_").lower(): value for name, value in environment(config, service).items()}
        asyncio.run(_follow_version(service, Rebuilt.of(service).settings(**given), config.logs))


async def _follow_version(service: str, settings: Any, folder: Path) -> None:
    if settings.generation:
        return  # a variable tells worker and api theirs, whichever is live
    async with _rebuild(service, settings, None) as work:
        if not await work.is_needed():
            return
    listing = folder / f"rebuild-{service}-{work.generation}.csv"
    out.print(f"{work.of_before}: they are built anew.")
    await rebuilt(service, settings, work.generation, accept=True, listing=listing)
    out.print(f"All that changed: {listing}")


def environment(config: StackConfig, service: str) -> dict[str, str]:
    """Return how the command finds the parts of an embedded stack: as the service's worker in Kafka, and as the operator in Redis."""
    address = redis_access.address(config, redis_access.OPERATOR)
    of_worker, prefix = ServiceProcess(service, "worker").program(config).environment, service.upper()
    return {**of_worker, f"{prefix}_REDIS_URL": address.redis_url, f"{prefix}_REDIS_PASSWORD_FILE": str(address.redis_password_file)}


@asynccontextmanager
async def _rebuild(service: str, settings: ServiceSettings, generation: str | None) -> AsyncIterator[Rebuild]:
    work = await Rebuilt.of(service).rebuild(settings, generation)
    try:
        yield work
    finally:
        await work.stop()


async def _drop(service: str, settings: ServiceSettings, generation: str) -> int:
    return await Rebuilt.of(service).drop(settings, generation)


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
        out.print(f"Every {work.compared} of generation {work.generation} is that of {work.live}, at the same offsets.")
        return
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0))
    for name in ("partition", "of", "which"):
        table.add_column(name, justify="right" if name == "partition" else "left")
    table.add_column(f"in {work.live}", justify="right")
    table.add_column(f"in {work.generation}", justify="right")
    for each in first:
        table.add_row(str(each.partition), each.what, each.field, each.shown or "-", each.rebuilt or "-")
    out.print(table)
    out.print(f"{differing:,} differ" + (f"; these are the first {len(first)}." if differing > len(first) else "."))


def _print_what_next(service: str, settings: Any, work: Rebuild, differing: int, *, shown: bool, compare_only: bool) -> None:
    if shown:
        out.print(f"Generation {work.generation} is the live one now. {work.live} stays until `baoxue rebuild {service} --drop {work.live}`.")
        if settings.generation:
            out.print(f"{service.upper()}_GENERATION is set: start the workers with {service.upper()}_GENERATION={work.generation}, or without it.")
    elif differing and not compare_only:
        out.print(f"Nothing was changed: {work.live} is live. If the new ones are right, call this again with --accept.")
