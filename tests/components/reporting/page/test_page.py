"""The page and its files: their addresses, their headers, and that none of them loads anything from elsewhere."""

import csv
import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from tinycss2.color4 import Color, parse_color

from services.reporting.api import create_app
from services.reporting.pages import Screen
from services.reporting.view.board_reader import BoardReader
from shared.geography.divisions import divisions
from shared.log.memory_log import MemoryLog
from shared.redis.edge import connect
from tests.components.reporting.counted_facts import folded, remembered
from tests.components.reporting.written_facts import fact, standing
from tests.support.callers import identity
from tests.support.web_files import declarations, elements, strings

WEB = Path(str(files("services.reporting"))) / "web"
LOOK = Path(str(files("shared.http.pages"))) / "look"
ZHAOJUE, JINYANG, LUOCHENG = "513431", "513430", "451225"


def browser(screen: Screen = Screen()) -> httpx.AsyncClient:  # noqa: B008  # it is frozen
    log, redis = MemoryLog(1), connect("redis://127.0.0.1:1/0")
    reader = BoardReader(redis, log, partitions=1)
    reader.show(remembered(folded(fact("listed", None, standing("dropped_out"), 1, spell=1))))
    app = create_app(reader=reader, log=log, redis=redis, identity=identity(), screen=screen)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://screen")


OURS = sorted(path for folder in (WEB, LOOK) for path in folder.rglob("*") if path.suffix in {".html", ".css", ".js"} and "vendor" not in path.parts)


async def test_the_page_is_at_the_root_and_takes_nothing_from_elsewhere() -> None:
    answer = await browser().get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_browser_that_has_the_page_is_told_so() -> None:
    first = await browser().get("/")
    again = await browser().get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "no-cache")


async def test_only_what_carries_its_version_in_its_path_is_kept_for_ever() -> None:
    client = browser()
    for path in ("/web/vendor/echarts-6.1.0/echarts.esm.min.js", "/look/vendor/htm-3.1.1/standalone.module.js"):
        kept = await client.get(path)
        assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert kept.headers["content-type"].startswith("text/javascript")
    assert (await client.get("/web/atlas.json")).headers["cache-control"] == "no-cache"


async def test_a_screen_learns_whether_it_shows_a_demo_and_what_is_late() -> None:
    assert (await browser().get("/v1/screen")).json() == {"demo": False, "late_after": 10.0, "gone_after": 30.0}
    assert (await browser(Screen(demo=True, late_after=1, gone_after=2)).get("/v1/screen")).json() == {"demo": True, "late_after": 1, "gone_after": 2}


async def test_a_screen_learns_that_nobody_can_sign_in_where_the_service_is_no_client_of_the_issuer() -> None:
    assert (await browser().get("/v1/session")).json() == {"possible": False, "office": None, "roles": []}
    assert (await browser().get("/sign-in")).status_code == 404


async def test_every_area_says_what_it_is_part_of() -> None:
    found = (await browser().get("/v1/areas")).json()
    areas = {area["code"]: area for area in found["areas"]}
    assert areas[LUOCHENG] == {"code": LUOCHENG, "name": "罗城仫佬族自治县", "level": "county", "parent": "451200"}
    assert all(area["parent"] in areas for area in areas.values() if area["level"] != "nation")
    assert len(found["lists"]["watch52"]) == 52
    assert ZHAOJUE in found["lists"]["sanqu"]


async def test_the_map_knows_a_county_that_never_reported_from_one_without_children() -> None:
    found = (await browser().get("/v1/map")).json()
    assert (found["out_of_school"][ZHAOJUE], found["out_of_school"][JINYANG]) == (1, None)
    assert found["as_of"]["offsets"] == {"0": 1}
    assert len(found["out_of_school"]) == 2852


def test_every_county_that_ever_was_has_a_place_on_the_map_and_no_two_of_one_table_share_it() -> None:
    places = json.loads((WEB / "atlas.json").read_text("utf-8"))
    assert set(places) == set(divisions().counties)
    for still in (True, False):
        table = [tuple(places[code]) for code, county in divisions().counties.items() if (county.until if still else county.since) is None]
        assert len(set(table)) == len(table)


def test_the_font_has_every_character_that_an_area_is_written_with() -> None:
    faces = list(declarations(LOOK / "fonts" / "noto-sans-sc-5.3.1" / "noto-sans-sc.css"))
    ranges = [token for name, value in faces if name == "unicode-range" for token in value if token.type == "unicode-range"]
    has = {code for part in ranges for code in range(part.start, part.end + 1)}
    names = {row["name"] for table in ("2019-12", "2020-mid") for row in csv.DictReader(_table(table))}
    assert {char for name in names for char in name if ord(char) not in has} == set()
    used = {token.value for name, value in faces if name == "src" for token in value if token.type == "url"}
    assert used == {path.name for path in (LOOK / "fonts").rglob("*.woff2")}


def test_what_is_not_ours_is_as_it_came_and_has_its_licence_beside_it() -> None:
    noted = (WEB / "vendor" / "README.md").read_text("utf-8")
    assert hashlib.sha256((WEB / "vendor/echarts-6.1.0/echarts.esm.min.js").read_bytes()).hexdigest() in noted
    shared = (LOOK / "vendor" / "README.md").read_text("utf-8")
    assert hashlib.sha256((LOOK / "vendor/htm-3.1.1/standalone.module.js").read_bytes()).hexdigest() in shared
    licences = [WEB / "vendor/echarts-6.1.0/LICENSE", WEB / "vendor/echarts-6.1.0/NOTICE", LOOK / "fonts/noto-sans-sc-5.3.1/LICENSE"]
    for licence in (*licences, LOOK / "vendor/htm-3.1.1/LICENSE", LOOK / "vendor/htm-3.1.1/LICENSE-preact"):
        assert licence.stat().st_size > 100


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_nothing_of_ours_asks_anybody_else_or_is_written_inline(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
    markup = {".html": [text], ".js": strings(path) if path.suffix == ".js" else []}.get(path.suffix, [])
    for element in (each for piece in markup for each in elements(piece)):
        assert element.tag != "style"
        assert element.tag != "script" or element.attributes.get("src")
        assert [name for name in element.attributes if name == "style" or name.startswith("on")] == []


def _table(which: str) -> list[str]:
    return (files("shared.geography") / "data" / f"divisions_{which}.csv").read_text("utf-8").splitlines()


@pytest.mark.parametrize("ground", ["ground", "ground-2"])
@pytest.mark.parametrize("ink", ["text", "text-2", "text-3", "stock", "out", "back", "live", "late", "gone"])
def test_every_ink_can_be_read_on_its_ground(ink: str, ground: str) -> None:
    tokens = dict(declarations(LOOK / "css" / "tokens.css"))
    brighter, darker = (_luminance(parse_color(tokens[f"--{name}"][0])) for name in (ink, ground))
    # WCAG 2.2, 1.4.3: 4.5 to 1 for text of any size.
    assert (brighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(colour: Any) -> float:
    assert isinstance(colour, Color), "neither a name that stands for another colour nor nothing"
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in colour.coordinates)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
