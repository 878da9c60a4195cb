"""The pictures of the page for the README: ``python -m tests.support.pictures http://127.0.0.1:8000 docs/pictures``."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.browser import FLAGS, browser

MOST = 400_000
"""Bytes of a picture."""
PICTURES = {
    "wall.png": (1920, 1080, 0.75, ""),
    "wall-wide.png": (3840, 1080, 0.5, "?lang=en"),
    "wall-prefecture.png": (1366, 768, 1, "?area=513400"),
}
"""The screen's width and height, how much smaller the picture is, and the view."""
_DRAWN = "() => document.body.dataset.age === 'live' && document.querySelector('.map .plot').dataset.drawn && document.fonts.status === 'loaded'"


def main(url: str, folder: Path) -> None:
    """Take the pictures of a page that shows live numbers."""
    program, environment = browser()
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS), env={**environment})
        for name, (width, height, share, view) in PICTURES.items():
            page = chromium.new_page(viewport={"width": width, "height": height}, device_scale_factor=share)
            page.goto(f"{url}/{view}")
            page.wait_for_function(_DRAWN)
            page.wait_for_selector(".curve .plot[data-drawn]")
            size = len(page.screenshot(path=folder / name, animations="disabled"))
            if size > MOST:
                sys.exit(f"{name} has {size:,} bytes, and {MOST:,} are the most.")
            page.close()
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), Path(sys.argv[2]))
