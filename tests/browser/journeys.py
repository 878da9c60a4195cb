"""What a child's way back is by reason, and the walk along it: what is reported, what each office does at its own desk, and the days that pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Page, expect

from deploy.local.stack import LocalStack
from services.case.domain.playbook import Step, playbook_on
from shared import clock
from shared.contracts.case_codes import LawStep
from shared.contracts.relief_referrals import REFERRAL_STEP
from shared.contracts.words import Placement, Reason
from tests.browser.desk import BUTUO, ZHAOJUE, go_to, masked, report, row, serious, until_file
from tests.support.stack_tokens import bearer

COUNTY, SCHOOL, PROVINCE = f"/counties/{ZHAOJUE}", f"{ZHAOJUE}0001", "/provinces/51"
AFTER_THE_RETURN = ("tutor", "see-in-class", "begin-schooling")
"""The steps of plans that want the child back."""
OF_DAYS = ("became-due-soon", "became-overdue", "escalated")
PATIENCE = 60
"""Seconds until something is given up that the services ought to have told."""


class Journey(NamedTuple):
    """What is particular about a reason. ``claimed_by`` reports the return; ``seen_by`` corroborates it at its own desk, ``by`` what it saw."""

    reason: Reason
    poor: bool = False
    law: tuple[LawStep, ...] = ()
    left_out: tuple[str, ...] = ()
    placement: Placement = Placement.CLASS
    claimed_by: str = PROVINCE
    seen_by: str = "reporter"
    by: str = "attendance"


CLAIMED_BY_SCHOOL = f"/schools/{SCHOOL}"
JOURNEYS = (
    Journey(Reason.POVERTY, poor=True, claimed_by=CLAIMED_BY_SCHOOL, seen_by="officer", by="meal"),
    Journey(Reason.LEARNING, placement=Placement.SEPARATE_CLASS),
    Journey(Reason.WORK, law=(LawStep.NOTICE, LawStep.REPORT), claimed_by=COUNTY),
    Journey(Reason.MARRIAGE, law=(LawStep.NOTICE,), left_out=("care-after-birth",), seen_by="superior", by="visit"),
    Journey(Reason.RELIGION, law=(LawStep.NOTICE,), placement=Placement.VOCATIONAL, by="exam"),
    Journey(Reason.FAMILY, claimed_by=CLAIMED_BY_SCHOOL, seen_by="officer", by="visit"),
    Journey(Reason.ILLNESS, placement=Placement.SPECIAL_SCHOOL, left_out=("arrange-support",), seen_by="superior", by="visit"),
    Journey(Reason.DISTANCE, left_out=("arrange-transport",)),
)


class Days:
    """The days of a record. They pass as the record has something of a later one: here, that another county says how many are out."""

    def __init__(self, system: LocalStack, first: date) -> None:
        self._system, self.today = system, first

    def term(self) -> date:
        """Return the fourth day of the next term: of March, or of September."""
        terms = (date(year, month, 4) for year in (self.today.year, self.today.year + 1) for month in (3, 9))
        return next(day for day in terms if day > self.today)

    def pass_to(self, day: date) -> None:
        """Let the days pass up to one, and wait until it began in each partition."""
        report(self._system, BUTUO, "county-reported", BUTUO, {"out_of_school": 0}, day, suffix=f"{day}")
        self.today, end = day, clock.seconds() + PATIENCE
        while not self._began(told := self._told()):
            assert clock.seconds() < end, f"{day} did not begin everywhere in {PATIENCE} s: {told}"

    def _told(self) -> dict[str, Any]:
        answer = httpx.get(f"{self._system.config.api_url('case')}/v1/days", headers=bearer(self._system.config), timeout=30)
        return dict(answer.json()) if answer.status_code == 200 else {"today": answer.text, "partitions": []}

    def _began(self, told: dict[str, Any]) -> bool:
        began = {each["began"] for each in told["partitions"]}
        return (told["today"], began, len(told["partitions"])) == (f"{self.today}", {f"{self.today}"}, self._system.config.partitions)


class Counted(NamedTuple):
    """What the counts of the county say: how many are out, and how many of them for the reason of the journey; how many are back; closed files."""

    out: int
    of_reason: int
    back: int
    closed: int


class Walk:
    """One child's way. ``desks``: the page of each office, in a browser of its own; ``told``: what ought to stand in the file's timeline."""

    def __init__(self, system: LocalStack, days: Days, desks: dict[str, Page], journey: Journey, student: str, name: str) -> None:
        self._system, self.days, self._desks, self.journey, self.student, self.name = system, days, desks, journey, student, name
        self.told: list[str] = []
        self._open = ""

    # --- what is reported

    def report(self, what: str, day: date, source: str = PROVINCE, **data: Any) -> None:
        report(self._system, ZHAOJUE, what, self.student, data, day, source=source)

    def counted(self, wanted: Counted | None = None) -> Counted:
        """Return what the counts say, once they say what is wanted."""
        end = clock.seconds() + PATIENCE
        while True:
            answer = httpx.get(
                f"{self._system.config.api_url('reporting')}/v1/counts",
                params={"area": ZHAOJUE},
                headers=bearer(self._system.config),
                timeout=30,
            )
            counts = answer.json()
            by_reason, by_state = counts["by_reason"] or {}, counts["cases"]["by_state"]
            found = Counted(
                counts["out_of_school"] or 0,
                by_reason.get(self.journey.reason, 0),
                counts["by_status"].get("returned", 0),
                by_state.get("closed", 0),
            )
            if wanted is None or found == wanted:
                return found
            assert clock.seconds() < end, f"the counts are {found}, and not {wanted}, after {PATIENCE} s"

    # --- what is done at a desk

    def open(self, who: str, queue: str) -> Page:
        """Find the child in a queue at a desk by its masked name, and open its file."""
        page = self._desks[who]
        go_to(page, self._system, f"?queue={queue}")
        name = page.locator(f"{row(self.student)} .name a")
        if who != "reporter":
            expect(name).to_have_text(masked(self.name))
        name.click()
        expect(page.locator(".stands")).to_be_visible()
        self._open = who
        return page

    def at(self, who: str) -> Page:
        """Return the desk at which the file is open; if it is another's turn, it finds the file among all."""
        state = until_file(self._system, self.student)["state"]
        queue = "all" if state in ("open", "persuading") else "watched"
        return self._desks[who] if who == self._open else self.open(who, queue)

    def send(self, page: Page, form: str, what: str, **chosen: str) -> None:
        """Fill in the form that is open: a radio button each, a field where there is none; send it, and see it in the timeline."""
        for name, value in chosen.items():
            radio = page.locator(f"[data-form={form}] input[name={name}][value='{value}']")
            if radio.count():
                radio.check(force=True)
            else:
                page.fill(f"[data-form={form}] [name={name}]", value)
        page.click(f"[data-form={form}] .big")
        self.told.append(what)
        expect(page.locator(f"[data-what={what}]")).to_have_count(self.told.count(what))

    def attempt(self, outcome: str, days: int) -> None:
        """Persuade: the one large button of a file that waits for nothing else, or the same word among the others."""
        page = self.at("officer")
        page.click("[data-step=record-attempt]")
        page.click(f"[data-form=record-attempt] .chips button:has-text('{days} 天后')")
        self.send(page, "record-attempt", "attempted", outcome=outcome)
        expect(page.locator(f"[data-attempts='{self.told.count('attempted')}']")).to_be_visible()

    def hand_on(self) -> None:
        """Hand the file on to the school, which sees it from then on."""
        page = self.at("officer")
        page.click("[data-step=hand-on]")
        page.check("[data-form=hand-on] input[name=to][value=principal]", force=True)
        page.fill("[data-form=hand-on] input[name=to_office]", SCHOOL)
        self.send(page, "hand-on", "handed-on")
        expect(page.locator("[data-link=principal][aria-current=true]")).to_be_visible()

    def law(self, step: LawStep) -> None:
        page = self.at("officer")
        page.click(f"[data-law-step={step}]")
        self.send(page, "take-law-step", "law-step-taken")
        expect(page.locator(f"[data-rung={step}][data-now=done]")).to_be_visible()

    def plan(self, steps: Sequence[Step]) -> None:
        """Work the plan off as its checklist says: each step as the office and in the first role that it names, or leave it out with a reason."""
        for step in steps:
            if step.code in self.journey.left_out:
                page = self.at("officer")
                page.click(f"[data-change={step.code}]")
                self.send(page, "change-plan", "plan-changed")
                expect(page.locator(f"[data-check={step.code}][data-now=left_out]")).to_be_visible()
                continue
            page = self.at("reporter" if step.office == "school" else "officer")
            expect(page.locator(f"[data-check={step.code}]")).to_contain_text(step.show_zh)
            page.click(f"[data-plan-step={step.code}]")
            self.send(page, "record-step", "step-done", **{"as": step.roles[0], "evidence": f"PJ/{step.code}"})
            expect(page.locator(f"[data-check={step.code}][data-now=done]")).to_be_visible()
            if step.code == REFERRAL_STEP:
                self.answered(page)

    def answered(self, page: Page) -> None:
        """See what relief answers to the referral: under its step, and in the timeline."""
        answer, text = ("on_return", "复学后即享受资助") if self.journey.poor else ("not_poor", "请核对家庭类别")
        expect(page.locator(f"[data-check={REFERRAL_STEP}] [data-answer={answer}]")).to_contain_text(text)
        self.told.append("referral-answered")
        expect(page.locator("[data-what=referral-answered]")).to_contain_text(text)
        assert serious(page) == []

    def steps(self) -> Sequence[Step]:
        return playbook_on(self.journey.reason, self.days.today).steps

    def days_later(self, number: int) -> None:
        """Let days pass. Whoever comes back to work opens the file anew."""
        self.days.pass_to(self.days.today + timedelta(number))
        self._open = ""
