"""Plays the history into a running system, and compares the figures that it shows with those expected."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from datetime import date

import aiohttp
from rich.console import Console

from deploy.demo.history.history import History
from deploy.demo.history.named import COUNTY, NamedCounty
from deploy.demo.playing.apis import Apis
from deploy.demo.playing.credentials import System, TokenDenied
from deploy.demo.playing.names import NamesRefused, NameWriter
from deploy.demo.playing.officers import Done, Officers, Refused
from deploy.demo.playing.outbox import Outbox, Post
from deploy.demo.playing.outcomes import Outcomes
from deploy.demo.playing.record import Files, Record
from deploy.demo.playing.retrying import UNREACHABLE, RetriesExhausted, RetryingClient
from deploy.demo.playing.rounds import is_round
from deploy.demo.playing.screen import Screen, View
from deploy.demo.playing.sender import Sender, SendingFailed, Traffic
from deploy.demo.playing.story import Story
from deploy.demo.playing.verdict import Verdict
from deploy.local.issuer.clients import OFFICERS, sender_client
from services.enrolment.directory.key_files import read_student_keys
from shared import clock
from shared.clock import china_day

AWAY_FOR = 900.0
"""Seconds for which a request is repeated while enrolment is unavailable: killed, restarted, catching up."""
STILL_FOR = 90.0
"""Seconds without progress after which the play ends."""
IN_FLIGHT = 60_000
"""The most acknowledged and undecided reports before more are sent, so that the figures shown are of about one day."""
_PROVINCE_OF_NAMES = f"/provinces/{COUNTY[:2]}"
_LOOK_EVERY, _CHECK_EVERY = 0.5, 0.05
_ANSWER_WITHIN = 60.0

# The screen shows retries; without a handler they would also be printed over it.
logging.getLogger("stamina").addHandler(logging.NullHandler())


class Stalled(Exception):
    """There was no progress for too long. The message says what was still missing."""


async def play_history(
    apis: Apis,
    *,
    scale: float,
    until: date,
    seed: int,
    console: Console | None = None,
    away_for: float = AWAY_FOR,
    still_for: float = STILL_FOR,
    story_key: str = "",
) -> bool:
    """Play the history, show its progress, and return whether figures, files and outcomes are exactly as expected.

    Officers work meanwhile, and go through their lists on the last day too. ``story_key``: the key with which the apis were started, so that
    they record everything at the time of the story; without it they go by the calendar. Processes of the system may be killed meanwhile: a
    request without an answer is repeated for ``away_for`` seconds. Raises ``ValueError`` for an impossible history.
    """
    console = console or Console(highlight=False, soft_wrap=True)
    began, cpu_before = clock.seconds(), time.process_time()
    named = None if apis.student_keys is None else NamedCounty(read_student_keys(apis.student_keys).in_force(china_day(clock.now())).id_of)
    history = History(scale=scale, until=until, seed=seed, named=named)
    screen = Screen(console)
    verdict: Verdict | None = None
    done: Done | None = None
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_WITHIN)) as client:
        play = _Play(history, client, apis, away_for, still_for, Story(story_key), named)
        try:
            with screen.open():
                async with asyncio.TaskGroup() as tasks:
                    background = [tasks.create_task(play.collect()), tasks.create_task(play.watch(screen))]
                    verdict = await play.run(tasks)
                    done = await play.last_round(until)
                    for task in background:
                        task.cancel()
        except* (SendingFailed, Stalled, Refused, NamesRefused, RetriesExhausted, TokenDenied, *UNREACHABLE) as failed:
            first, *others = dict.fromkeys(map(str, _causes(failed)))
            console.print(f"The history was not played to its end: {first}" + (f" (and {len(others)} more)" if others else ""), style="red")
    if verdict is not None:
        verdict.print(console, scale=scale, until=until)
    if verdict is None or done is None:
        return False
    console.print(
        f"Officers, once a month: {done.closed:,} files closed after a return, {done.visited:,} visits to children out of school, "
        f"terms begun for {done.granted:,} children, {done.paid:,} grants paid."
    )
    if play.names is not None:
        console.print(f"{play.names.written:,} children of the demo's county have invented names in the directory.")
    console.print(_effort(play.traffic, clock.seconds() - began, time.process_time() - cpu_before))
    return verdict.equal


class _Play:
    """One run through a history."""

    def __init__(
        self,
        history: History,
        client: aiohttp.ClientSession,
        apis: Apis,
        away_for: float,
        still_for: float,
        story: Story,
        named: NamedCounty | None,
    ) -> None:
        self._history, self._still_for, self._apis = history, still_for, apis
        self._record = Record(client, apis.reporting)
        self._outcomes = Outcomes(client, apis.enrolment, patience=away_for)
        officers = RetryingClient(client, System(OFFICERS, client, apis.issuer), patience=away_for)
        self._officers = Officers(officers, case_url=apis.case, relief_url=apis.relief, story=story)
        province = RetryingClient(client, System(sender_client(_PROVINCE_OF_NAMES), client, apis.issuer), patience=away_for)
        self.names = None if named is None else NameWriter(named, province, enrolment_url=apis.enrolment)
        self._tasks: asyncio.TaskGroup | None = None
        self._working: asyncio.Task[None] | None = None
        self.traffic = Traffic()
        self._outbox = Outbox(
            {
                name: self._posting(
                    Sender(
                        name,
                        client,
                        System(sender_client(name), client, apis.issuer),
                        enrolment_url=apis.enrolment,
                        traffic=self.traffic,
                        patience=away_for,
                        story=story,
                    )
                )
                for name in history.senders
            },
            room=self._room,
            is_round=is_round,
            round_=self._round,
        )

    def _posting(self, sender: Sender) -> Post:
        async def post(lines: list[bytes], day: date) -> None:
            if self.names is not None and sender.name == _PROVINCE_OF_NAMES:
                await self.names.write()
            self._outcomes.expect((await sender.post(lines, day)).batch, len(lines), sender.credentials)

        return post

    async def _room(self) -> None:
        # After a long time without progress the wait ends here too: the end of the play says what is stuck.
        await self._until(lambda: self._outcomes.pending <= IN_FLIGHT)

    async def run(self, tasks: asyncio.TaskGroup) -> Verdict:
        """Play everything, with the rounds of officers in ``tasks``, and wait until nothing is in flight.

        Raises ``Stalled`` and the errors of sending.
        """
        if not await self._until(lambda: self._record.shown is not None):
            raise Stalled(f"reporting does not answer: {self._record.unavailable}")
        held_before = self._record.shown.facts if self._record.shown else 0
        self._tasks = tasks
        await self._outbox.send(self._history.portions())
        if self.names is not None:
            await self.names.write(all_=True)
        if not await self._until(lambda: not self._outcomes.unsettled):
            waiting = self._outcomes.unsettled
            raise Stalled(f"for {self._still_for:.0f} s nothing became of the reports in {len(waiting)} batches, the first of them {waiting[0]}")
        # A child that is out of school has an open file; a child that was out of school and is not any more has a settled one.
        figures = self._history.figures
        files = Files(figures.all, self._history.ever_out - figures.all)
        await self._until(lambda: self._record.steady and self._record.shows(figures, files))
        return Verdict(
            expected=figures,
            expected_files=files,
            shown=self._record.shown,
            sent=self._history.tally,
            said=self._outcomes.tally,
            lost=len(self._outcomes.lost),
            again=bool(held_before or self.traffic.failed_attempts),
        )

    async def _round(self, day: date) -> None:
        """Let officers begin a round, while reports of the days after it are sent already; none of the round after it."""
        await self._round_ended()
        assert self._tasks is not None, "reports are sent by run"  # noqa: S101  # for the type checker
        self._working = self._tasks.create_task(self._officers.round(day))

    async def _round_ended(self) -> None:
        if self._working is not None:
            await self._working

    async def last_round(self, until: date) -> Done:
        """Let officers go through their lists on the last day. Raises ``Refused`` and ``RetriesExhausted``, perhaps in an ``ExceptionGroup``."""
        await self._round_ended()
        await self._officers.round(until)
        await self._until(lambda: self._record.steady)
        return self._officers.done

    async def collect(self) -> None:
        """Add the outcomes up until cancelled."""
        await self._outcomes.collect()

    async def watch(self, screen: Screen) -> None:
        """Read the figures of the record and draw them until cancelled."""
        while True:
            shown = await self._record.look() or self._record.shown
            waiting = next(iter(self.traffic.waiting.items()), ("reporting", self._record.unavailable))
            screen.draw(
                View(
                    sent=self.traffic.reports,
                    about=self._history.about,
                    facts=shown.facts if shown else 0,
                    day=shown.day if shown else None,
                    figures=shown.figures if shown else None,
                    waiting=f"{waiting[0]}: {waiting[1]}" if waiting[1] else "",
                )
            )
            await asyncio.sleep(_LOOK_EVERY)

    async def _until(self, there: Callable[[], bool]) -> bool:
        """Wait for a condition, and return whether it came; give up after ``still_for`` seconds without progress."""
        moved, where = clock.seconds(), None
        while not there():
            now_at = (self._outcomes.tally.lines, self._record.shown)
            if now_at != where:
                moved, where = clock.seconds(), now_at
            elif clock.seconds() - moved > self._still_for:
                return False
            await asyncio.sleep(_CHECK_EVERY)
        return True


def _causes(failed: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in failed.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _causes(error)
        else:
            yield error


def _effort(traffic: Traffic, seconds: float, cpu: float) -> str:
    again = f"; {traffic.failed_attempts:,} attempts failed and were repeated" if traffic.failed_attempts else ""
    return (
        f"{traffic.reports:,} reports in {traffic.batches:,} batches in {seconds:,.1f} s, {traffic.reports / seconds:,.0f}/s; "
        f"inventing and sending them took {cpu:,.1f} s of CPU, {1e6 * cpu / max(1, traffic.reports):.1f} us each{again}."
    )
