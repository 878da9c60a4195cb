"""The table of the public interface, section 3, read from its page."""

import re
from pathlib import Path

from tests.domain.enrolment.children import STORIES

PAGE = (Path(__file__).parent / "transitions.md").read_text("utf-8")

CORRECTS = {("dropped-out", "dropped_out"), ("never-enrolled", "never_enrolled")}
"""What the page says in a sentence: a second verification with another reason corrects the reason."""


def _rows() -> dict[str, tuple[set[str], str]]:
    table = {}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for report in re.findall(r"`([a-z-]+)`", cells[0]):
            found, but, exceptions = cells[1].partition("all but")
            named = set(re.findall(r"—|[a-z_]+(?:-when-registered)?", re.sub(r"\(.*?\)", "", exceptions or found)))
            assert named <= STORIES.keys()
            if "suspected" in named:
                named.add("suspected-when-registered")
            table[report] = (STORIES.keys() - named - {"—"} if but else named, cells[2])
    return table


ROWS = _rows()
"""By report the stories that it may find, and what it leaves, in the page's words."""
