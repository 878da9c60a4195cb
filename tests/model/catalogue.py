"""What is searched: each model as the code is, with the number of its states; and each guard taken out, with the least that shows it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.model.counting import Counting
from tests.model.deciding import Deciding
from tests.model.policies import Policies
from tests.model.reports import BACK, OUT, Report
from tests.model.search import Model

X_BACK, X_OUT, Y_OUT = Report("X", BACK), Report("X", OUT), Report("Y", OUT)
BACK_OUT, OUT_OUT = (X_BACK, X_OUT), (X_OUT, Y_OUT)


class Exact(NamedTuple):
    """A search that finds nothing wrong. ``large``: ``make model`` does it, and no test."""

    what: str
    accidents: str
    model: Model[Any]
    states: int
    large: bool = False


class Guard(NamedTuple):
    """A guard, what it is for, and the smallest model in which its absence shows."""

    name: str
    where: str
    against: str
    model: Model[Any]


FOLLOWER, STATES = "shared/deciding/deciding_follower.py", "shared/deciding/states"
NONE: Mapping[str, Any] = {"crashes": 0, "zombies": 0, "losses": 0}


def deciding(*reports: tuple[Report, ...], without: str = "", **accidents: Any) -> Deciding:
    """Return the model of a deciding worker with these accidents and no others."""
    return Deciding(reports, **{**NONE, "versions": 0, **accidents}, without=without)


ALL: Mapping[str, Any] = {"crashes": 1, "zombies": 1, "losses": 1, "versions": 1}
FLIP = "a crash, a new version, another generation made live"
EVERY = "a crash, a zombie, a loss of Redis, a new version"
SEARCHES = (
    Exact("deciding: 1 partition, 2 reports, one of them refused", EVERY, deciding(BACK_OUT, **ALL), 67_867),
    Exact("deciding: 1 partition, 2 reports of two children", EVERY, deciding(OUT_OUT, **ALL), 124_601),
    Exact("deciding: 2 partitions, 4 reports", "a crash, a new version", deciding(BACK_OUT, OUT_OUT, crashes=1, versions=1), 93_268),
    Exact("deciding: 2 partitions, 4 reports", "a zombie", deciding(BACK_OUT, OUT_OUT, zombies=1), 104_923),
    Exact("deciding: 1 partition, 2 reports, one of them refused", FLIP, deciding(BACK_OUT, crashes=1, versions=1, flips=1), 33_468),
    Exact(
        "deciding: 1 partition, 2 reports of two children",
        "a loss of Redis, another generation made live",
        deciding(OUT_OUT, losses=1, flips=1),
        28_102,
    ),
    Exact("counting: 2 partitions, 4 facts, one of them a repeat", "a crash, a zombie, a loss of Redis", Counting(((0, 1, 0), (0,))), 127_170),
    Exact("policies: 2 facts, 3 commands each, to two partitions", "a crash, a zombie, a loss of Redis", Policies((0, 1)), 114_120),
    Exact("deciding: 2 partitions, 4 reports", "a crash, a loss of Redis", deciding(BACK_OUT, OUT_OUT, crashes=1, losses=1), 329_636, large=True),
    Exact(
        "deciding: 1 partition, 2 reports of two children",
        "a crash, a zombie, a new version, another generation made live",
        deciding(OUT_OUT, crashes=1, zombies=1, versions=1, flips=1),
        447_127,
        large=True,
    ),
    Exact("policies: 3 facts, one of them a repeat", "a crash, a zombie, a loss of Redis", Policies((0, 1, 0)), 376_971, large=True),
)

GUARDS = (
    Guard(
        "read_states.lua: the cursor is the expected one",
        f"{STATES}/read_states.lua",
        "A worker must not decide on the states of a future that it does not know.",
        deciding((X_BACK, X_OUT, X_OUT), zombies=1, without="read_states.lua"),
    ),
    Guard(
        "apply_states.lua: the cursor is the expected one",
        f"{STATES}/apply_states.lua",
        "A zombie must not write over its successor's states, nor move its cursor back.",
        deciding(OUT_OUT, zombies=1, without="apply_states.lua"),
    ),
    Guard(
        "acknowledged before applied",
        FOLLOWER,
        "A cursor must not stand above a fact that is not in the log.",
        deciding((X_OUT,), crashes=1, without="acknowledged before applied"),
    ),
    Guard(
        "_facts_last",
        FOLLOWER,
        "An input below the last published fact that left no refusal is taken for a duplicate: so refusals go first.",
        deciding(BACK_OUT, crashes=1, without="_facts_last"),
    ),
    Guard(
        "_published_beyond",
        FOLLOWER,
        "What was published and not applied must not be decided again by another version of the code.",
        deciding((X_OUT,), crashes=1, versions=1, without="_published_beyond"),
    ),
    Guard(
        "_read_up_to: the end of the batch",
        FOLLOWER,
        "A worker that takes up a part of a published step must leave the rest to be found. The model found this fault.",
        deciding(BACK_OUT, crashes=1, versions=1, without="_read_up_to: the end of the batch"),
    ),
    Guard(
        "_read_up_to: our own step before",
        FOLLOWER,
        "A zombie that applies first must not hide what its successor has published. The model found this fault.",
        deciding(OUT_OUT, crashes=1, zombies=1, versions=1, without="_read_up_to: our own step before"),
    ),
    Guard(
        "_rebuild",
        FOLLOWER,
        "Without states nothing may be decided before they are built again.",
        deciding((X_OUT,), losses=1, without="_rebuild"),
    ),
    Guard(
        "begin_rebuilding.lua: the partition has no cursor",
        f"{STATES}/begin_rebuilding.lua",
        "Nobody may rebuild states beside a worker that keeps them. The model found this fault.",
        deciding((X_OUT,), zombies=1, losses=1, without="begin_rebuilding.lua"),
    ),
    Guard(
        "RebuildOvertaken",
        f"{STATES}/state_store.py",
        "What a rebuild has folded must not be written once another worker has rebuilt the partition.",
        deciding((X_OUT,), zombies=1, losses=1, without="RebuildOvertaken"),
    ),
    Guard(
        "a lost cursor is no offset",
        FOLLOWER,
        "A step that finds its cursor lost must go on where it was, and not stop the worker. The model found this fault.",
        deciding((X_OUT,), losses=1, without="a lost cursor is no offset"),
    ),
    Guard(
        "read_states.lua: the generation is the live one",
        f"{STATES}/read_states.lua",
        "A worker must not go on deciding in a generation that is not live any more, beside the one that is.",
        deciding(OUT_OUT, versions=1, flips=1, without="read_states.lua: live"),
    ),
    Guard(
        "decided_below",
        "shared/deciding/folding.py",
        "What the generation of before decided is not decided again, and what it published and did not apply keeps its outcomes.",
        deciding(BACK_OUT, versions=1, flips=1, without="decided"),
    ),
    Guard(
        "_is_repeat, of readers of the record",
        "services/reporting/counting/folding.py",
        "A fact that two workers published counts once.",
        deciding((X_OUT,), zombies=1, without="_is_repeat"),
    ),
    Guard(
        "apply.lua: the cursor is the expected one",
        "services/reporting/board/apply.lua",
        "A zombie must not add a batch that its successor has added.",
        Counting(((0,),), crashes=0, losses=0, without="apply.lua"),
    ),
    Guard(
        "_is_repeat, between two batches",
        "services/reporting/counting/folding.py",
        "A fact that the record repeats counts once.",
        Counting(((0, 0),), **NONE, without="_is_repeat"),
    ),
    Guard(
        "open.lua: there is no cursor",
        "services/reporting/board/open.lua",
        "Only a partition that nobody counts may be begun.",
        Counting(((0,),), crashes=0, losses=0, without="open.lua"),
    ),
    Guard(
        "acknowledged before moved",
        "shared/deciding/policy_follower.py",
        "A cursor of policies must not stand above a command that is not in the log.",
        Policies((0,), **{**NONE, "crashes": 1}, without="acknowledged before moved"),
    ),
    Guard(
        "_in_order",
        "shared/deciding/policy_follower.py",
        "A lost cursor is found in the commands here: so those elsewhere go first.",
        Policies((0, 1), zombies=0, without="_in_order"),
    ),
    Guard(
        "_recovered takes the last fact once more",
        "shared/deciding/policy_follower.py",
        "The commands of the last fact may be in the log in part.",
        Policies((0,), zombies=0, without="taken once more"),
    ),
)

WITHOUT_HARM = Guard(
    "move_cursor.lua: the cursor is the expected one",
    "shared/deciding/move_cursor.lua",
    "The cursor of the policies may go back without it. Commands are then published again, and their deciders know them.",
    Policies((0, 1), without="move_cursor.lua"),
)

LIMIT = Guard(
    "a zombie of another version than its successor",
    FOLLOWER,
    "Two versions that decide at one time on one partition: `_another_published` narrows this, and nothing excludes it (decision 0025).",
    Deciding(((X_OUT, X_BACK),), **{**NONE, "zombies": 1, "versions": 1}, mixed=True),
)
