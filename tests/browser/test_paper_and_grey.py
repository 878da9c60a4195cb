"""The page on paper, and where there are no colours."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from deploy.local.stack import LocalStack
from tests.browser.screen import LUOCHENG, Screen, report_never_enrolled

pytestmark = pytest.mark.live

BACKGROUND = "getComputedStyle(document.body).backgroundColor"
PIXELS = """async code => {
  const { fitted } = await import("/web/js/hexes.js");
  const { Tree } = await import("/web/js/tree.js");
  const [places, areas] = await Promise.all(["/web/atlas.json", "/v1/areas"].map(path => fetch(path).then(answer => answer.json())));
  const box = document.querySelector(".map .plot"), canvas = box.querySelector("canvas");
  const tree = new Tree(areas);
  const { at, step } = fitted(places, tree.counties(tree.province(code)), { width: box.clientWidth, height: box.clientHeight, margin: 8 });
  const [x, y] = at.get(code), scale = canvas.width / box.clientWidth;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const grey = (dx, dy) => {
    const [r, g, b] = copy.getImageData(Math.round((x + dx * step) * scale), Math.round((y + dy * step) * scale), 1, 1).data;
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [grey(0, 0), grey(0.27, 0)];
}"""
"""How light a hexagon of a province's map is in its middle, and beside it."""


def test_on_paper_it_is_light_and_one_sheet(screen: Screen) -> None:
    screen.open()
    dark = screen.page.evaluate(BACKGROUND)
    screen.page.emulate_media(media="print")
    screen.page.wait_for_function(f"() => {BACKGROUND} === 'rgb(255, 255, 255)'")
    expect(screen.page.locator(".map .switch")).to_be_hidden()
    assert screen.page.evaluate("() => document.querySelector('.map .plot').clientWidth") < 800
    sheet = screen.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    # A4 across, in points.
    assert [round(float(n)) for n in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet)[0]] == [842, 595]
    screen.page.emulate_media(media="screen")
    screen.page.wait_for_function(f"dark => {BACKGROUND} === dark", arg=dark)


def test_without_colours_the_52_have_a_mark_of_their_own_and_others_none(screen: Screen, system: LocalStack) -> None:
    report_never_enrolled(system, "450103")
    screen.open("?area=450000")
    middle, beside = screen.page.evaluate(PIXELS, LUOCHENG)
    assert abs(middle - beside) > 60
    middle, beside = screen.page.evaluate(PIXELS, "450103")
    assert abs(middle - beside) < 10


def test_without_colours_new_and_returned_differ_by_their_shape(screen: Screen) -> None:
    screen.open()
    shape = "key => getComputedStyle(document.querySelector('.curve .key.' + key), '::before').clipPath"
    shapes = [screen.page.evaluate(shape, key) for key in ("stock", "new", "returned")]
    assert len(set(shapes)) == 3
