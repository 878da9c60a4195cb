"""The desk's files: two languages that say the same, a word for every code, colours that can be read, and nothing from elsewhere."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tinycss2.color4 import Color, parse_color

from services.case.desk.orders import Order
from services.case.desk.queues import Queue
from services.case.desk.tables import _COLUMNS, Format
from services.case.desk.why import Why
from services.case.papers.papers import Paper
from services.case.plan_documents import StepState
from shared.contracts.access import Looked, Purpose
from shared.contracts.case_codes import (
    AttemptMethod,
    AttemptOutcome,
    CaseState,
    Corroboration,
    DecliningReason,
    LawStep,
    MetWith,
    PlanChange,
    PlanChangeReason,
    SendingBackReason,
    UnownedReason,
    Urgency,
)
from shared.contracts.case_codes import Role as ActingRole
from shared.contracts.case_language import CASE_FACTS
from shared.contracts.flags import FLAG_FACTS
from shared.contracts.oversight_codes import Finding, FlaggedAct, FlagGround, FlagState, Rule
from shared.contracts.place_codes import FreeingReason, Place, PlaceState, Shortage
from shared.contracts.relief import GrantState, Scheme
from shared.contracts.relief_referrals import ReferralAnswer
from shared.contracts.words import Reason, RemovalCode
from shared.identity.caller import Role
from tests.support.web_files import declarations, elements, strings

WEB = Path(str(files("services.case"))) / "web"
OURS = sorted(path for path in WEB.rglob("*") if path.suffix in {".html", ".css", ".js"})
STEPS = (
    *("record-attempt", "corroborate-return", "close-after-return", "confirm-closing", "decline-closing"),
    *("take-over", "send-back", "hand-on", "disown", "give"),
)
CODES = {
    *(f"queue.{queue}" for queue in Queue),
    *(f"queue.{queue}.about" for queue in Queue),
    *(f"state.{state}" for state in CaseState),
    *(f"reason.{reason}" for reason in Reason),
    *(f"method.{method}" for method in AttemptMethod),
    *(f"outcome.{outcome}" for outcome in AttemptOutcome),
    *(f"what.{fact.TYPE.split('.')[3]}" for fact in (*CASE_FACTS, *FLAG_FACTS)),
    *(f"urgency.{urgency}" for urgency in Urgency),
    *(f"rule.{rule}" for rule in Rule),
    *(f"flag.{state}" for state in FlagState),
    *(f"ground.{ground}" for ground in FlagGround),
    *(f"finding.{finding}" for finding in Finding),
    *(f"oversight.{what}.n" for what in ("drawn", "files", "found")),
    *(f"act.{act}" for act in FlaggedAct),
    *(f"met.{met}" for met in MetWith),
    *(f"as.{role}" for role in ActingRole),
    *(f"by.{by}" for by in Corroboration),
    *(f"because.{because}" for because in DecliningReason),
    *(f"sent_back.{because}" for because in SendingBackReason),
    *(f"unowned.{because}" for because in UnownedReason),
    *(f"law.{step}" for step in LawStep),
    *(f"code.{code}" for code in RemovalCode),
    *(f"why.{why}" for why in Why),
    *(f"step.{step}" for step in (*STEPS, "record-step", "change-plan", "take-law-step", "plan-visit")),
    *(f"order.{order}" for order in Order),
    *(f"plan.{state}" for state in StepState),
    *(f"change-because.{because}" for because in PlanChangeReason if because is not PlanChangeReason.NEW_VERSION),
    *(f"many.{what}" for what in ("plan-visit", "hand-on", "take-over", *PlanChange, "done", "refused", "pending")),
    *(f"paper.{paper}" for paper in Paper),
    *(f"notes.kind.{kind}" for kind in ("signed_form", "photograph", "letter", "other")),
    *(f"want.{code}" for code in ("not_allowed_now", "earlier_step_missing", "attempts_missing", "term_running")),
    "law.taken", "law.waits", "law.may", "paper.named", "paper.blank", "plan.take_in", "plan.leave_out",
    *(f"step.{step}" for step in ("record-recheck", "clear-flag", "confirm-flag")),
    *(f"step.{step}" for step in ("hold-place", "free-place")),
    *(f"place.{place}" for place in Place),
    *(f"place.state.{state}" for state in (*PlaceState, "none")),
    *(f"shortage.{shortage}" for shortage in Shortage),
    *(f"freeing.{because}" for because in FreeingReason),
    *(f"answer.{answer}" for answer in ReferralAnswer),
    *(f"role.{role}" for role in Role),
    *(f"did.{did}" for did in Looked),
    *(f"purpose.{purpose}" for purpose in Purpose),
    *(f"grant.{state}" for state in GrantState),
    *(f"scheme.{scheme}" for scheme in Scheme),
    *(f"column.{column}" for column in _COLUMNS),
    *(f"term.{half}" for half in ("spring", "autumn")),
    *(f"sex.{sex}" for sex in ("female", "male")),
    *(f"filter.export.{format_}" for format_ in Format),
}  # fmt: skip
"""Keys that are made from codes."""


def words(tongue: str) -> dict[str, str]:
    return dict(json.loads((WEB / "words" / f"{tongue}.json").read_text("utf-8")))


def test_each_language_says_all_that_the_other_says_with_the_same_places() -> None:
    zh, en = words("zh"), words("en")
    assert set(zh) == set(en)
    assert {key for key in zh if _places(zh[key]) != _places(en[key]) or not zh[key].strip() or not en[key].strip()} == set()


def test_chinese_is_written_in_chinese_and_english_in_english() -> None:
    own = {"page.lang", "tongue.other", "cause.office", "owner.way", "owner.to"}
    assert [key for key, text in words("en").items() if key not in own and re.search(r"[\u4e00-\u9fff]", text)] == []
    assert [key for key, text in words("zh").items() if key not in own and not re.search(r"[\u4e00-\u9fff]", text)] == []


def test_every_code_has_a_word_and_every_word_is_asked_for() -> None:
    assert CODES - set(words("zh")) == set()
    asked = {text for path in WEB.rglob("*.js") for text in strings(path)} | set(re.findall(r't\("([a-z.]+)"', _all_scripts()))
    assert set(words("zh")) - asked - CODES == set(), "no word is kept for nothing"
    literal = set(re.findall(r'\bt\("([a-z0-9.-]+)"', _all_scripts()))
    assert literal - set(words("zh")) == set()


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_nothing_asks_anybody_else_or_is_written_inline(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"https?://", text)
    for element in elements(text) if path.suffix == ".html" else ():
        assert element.tag != "style"
        assert element.tag != "script" or element.attributes.get("src")
        assert [name for name in element.attributes if name == "style" or name.startswith("on")] == []
    assert "style=" not in text
    assert "innerHTML" not in text


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *((ink, ground) for ink in ("text", "text-2", "text-3", "act") for ground in ("ground", "ground-2", "tint")),
        ("late", "late-ground"), ("late", "ground-2"), ("late", "tint"), ("now", "now-ground"), ("now", "ground-2"), ("good", "good-ground"),
    ],
)  # fmt: skip
def test_every_ink_can_be_read_on_its_ground(ink: str, ground: str) -> None:
    tokens = dict(declarations(WEB / "css" / "paper.css"))
    darker, brighter = (_luminance(parse_color(tokens[f"--{name}"][0])) for name in (ink, ground))
    # WCAG 2.2, 1.4.3: 4.5 to 1 for text of any size.
    assert (brighter + 0.05) / (darker + 0.05) >= 4.5


def _all_scripts() -> str:
    return "\n".join(path.read_text("utf-8") for path in WEB.rglob("*.js"))


def _places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def _luminance(colour: Any) -> float:
    assert isinstance(colour, Color)
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in colour.coordinates)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
