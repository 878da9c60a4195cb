"""When Python looks for garbage that refers to itself: seldom. All else is freed at once, as nobody refers to it any more.

By its own measure Python looks through everything that a process holds whenever some hundred batches have come in. In the nation's history case's
worker did so 125 times, found 197 objects, and took a tenth of its time for it (decision 0061).
"""

import gc

_YOUNG, _MIDDLE, _OLD = 100_000, 20, 20
"""Objects more than before, looks at those, and looks at the survivors of those, after which Python looks again."""


def look_seldom() -> None:
    """Take what exists by now to stay, and look seldom at what comes: called once, when a process is about to begin its work."""
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
