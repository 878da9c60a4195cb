"""The page's two languages: each has every text, and a word for every code that the page can show."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from services.reporting.counting import Flow
from shared.contracts.case_codes import CaseState
from shared.contracts.relief import GrantState, Scheme
from shared.contracts.words import Reason, Stage
from shared.identity.caller import Role
from tests.support.web_files import elements, entries, strings

JS = Path(str(files("services.reporting"))) / "web" / "js"
CODES = {
    *(f"reason.{reason}" for reason in Reason),
    *(f"stage.{stage}" for stage in (*Stage, "none")),
    *(f"flow.{flow}" for flow in Flow),
    *(f"case.{state}" for state in CaseState),
    *(f"grant.{state}" for state in GrantState),
    *(f"scheme.{scheme}" for scheme in Scheme),
    *(f"status.{status}" for status in ("suspected", "returned", "on_leave")),
    *(f"age{spoken}.{state}" for spoken in ("", ".spoken") for state in ("waiting", "live", "late", "gone")),
    *(f"area.{code}" for code in ("100000", "watch52", "sanqu")),
    *(f"headline.{figure}" for figure in ("all", "poor", "watch52")),
    *(f"curve.{line}" for line in ("stock", "new", "returned", "other", "day")),
    *(f"nation.{figure}" for figure in ("all", "poor", "watch52")),
    *(f"map.{figure}" for figure in ("out", "poor")),
    *(f"role.{role}" for role in Role),
    *(f"{where}.{why}" for where in ("withheld", "make") for why in ("few", "cover")),
}
"""Keys that the page makes from codes."""


def words(tongue: str) -> dict[str, str]:
    found = entries(JS / "words" / f"{tongue}.js")
    assert len(found) == len(dict(found)) > 0, "no key stands twice"
    return dict(found)


def asked_for() -> set[str]:
    literals = [text for path in JS.rglob("*.js") if path.parent.name != "words" for text in strings(path)]
    literals += [value or "" for element in elements((JS.parent / "index.html").read_text("utf-8")) for value in element.attributes.values()]
    # A text that looks like a key and begins as one does: no other list of the keys exists.
    begins = {key.partition(".")[0] for key in words("zh")}
    keys = {text for text in literals if re.fullmatch(r"[a-z]+(?:\.[a-z0-9_]+)*", text)}
    return {key for key in keys if key.partition(".")[0] in begins and ("." in key or key in words("zh"))}


def test_each_language_says_all_that_the_other_says() -> None:
    zh, en = words("zh"), words("en")
    assert set(zh) ^ set(en) == set()
    assert [key for key in zh if not zh[key].strip() or not en[key].strip()] == []


def test_both_leave_room_for_the_same_numbers() -> None:
    zh, en = words("zh"), words("en")
    assert {key: places for key in zh if (places := _places(zh[key])) != _places(en[key])} == {}


@pytest.mark.parametrize("key", sorted(CODES))
def test_every_code_has_a_word(key: str) -> None:
    assert key in words("zh")


def test_every_word_that_the_page_asks_for_is_there_and_none_is_kept_for_nothing() -> None:
    assert asked_for() - set(words("zh")) == set()
    assert set(words("zh")) - asked_for() - CODES == set()


def test_chinese_is_written_in_chinese_and_english_in_english() -> None:
    own = {"page.lang", "tongue.other", "standing.of", "withheld.few", "withheld.cover"}
    assert [key for key, text in words("en").items() if key not in own and re.search(r"[\u4e00-\u9fff]", text)] == []
    assert [key for key, text in words("zh").items() if key not in own and not re.search(r"[\u4e00-\u9fff]", text)] == []


def _places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
