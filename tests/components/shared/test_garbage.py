"""A process that is about to begin its work looks seldom for garbage."""

import subprocess
import sys

SCRIPT = """
import gc
from shared.garbage import look_seldom
looks = []
gc.callbacks.append(lambda phase, info: looks.append(phase))
look_seldom()
assert gc.get_freeze_count() > 1_000, "what exists is still looked through"
held = [[n] for n in range(90_000)]
print(len(looks))
"""


def test_what_exists_stays_and_a_whole_batch_brings_no_look() -> None:
    assert subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True).stdout == "0\n"
