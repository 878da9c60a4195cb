"""The part of docs/reference/performance.md on targets, from what ``make bench-targets`` measured last (``bench/targets/measured.json``)."""

from collections.abc import Mapping, Sequence

from bench.targets.catalogue import TARGETS
from bench.targets.measured import Figure, Value
from docs.generate.markdown import table

INTRODUCTION = """\
Figures that have a target, each measured by itself with a real broker and a real Redis (`make bench-targets`). The median of the rounds is held
against the target; behind it stand the least and the most. A figure says for itself whether what it measured came out right; if it did not, it has
no number. Times are CPU times of the process that is named, unless they say otherwise. Where a size is a part of what is wanted, the machine had
other work, and the whole would have taken longer than a measurement may: times by the clock, and what they come to against each other, suffer from
that most. Measure those again on a machine that does nothing else."""

HEAD = ("what", "measured", "target", "met")


def targets(figures: Mapping[str, Figure]) -> Sequence[str]:
    """Return the paragraphs of the part: a section for each figure of the catalogue."""
    parts = ["## Targets", INTRODUCTION]
    for target in TARGETS.values():
        parts.append(f"### {target.what}")
        figure = figures.get(target.name)
        if figure is None:
            parts.append(f"Not measured yet: `make bench-targets FIGURES={target.name}`.")
            continue
        if figure.why:
            parts.append(f"No number: {figure.why}")
            continue
        before, after = figure.load
        parts.append(f"{_sentence(figure.size)} Machine: {figure.machine}; load {before:.1f} before and {after:.1f} after; {figure.day}.")
        parts.append(table(HEAD, rows_of(figure)))
        if any(value.met is False for value in figure.values):
            parts += [target.tried] if target.tried else []
            if figure.profile:
                parts.append("Where the CPU goes (py-spy, innermost lines):")
                parts.append(table(("share", "where"), ((f"{line.share:.1%}", f"`{line.where}`") for line in figure.profile)))
    return parts


def rows_of(figure: Figure) -> list[tuple[str, ...]]:
    """Return the values of a figure as they are shown."""
    return [(value.what, _shown(value), _target(value), {True: "yes", False: "no", None: ""}[value.met]) for value in figure.values]


def _shown(value: Value) -> str:
    digits = 2 if value.median < 10 else 1 if value.median < 100 else 0
    shown = f"{value.median:,.{digits}f} {value.unit}"
    if len(value.rounds) == 1:
        return shown
    return f"{shown} ({min(value.rounds):,.{digits}f}-{max(value.rounds):,.{digits}f})"


def _target(value: Value) -> str:
    if value.at_most is not None:
        return f"at most {value.at_most:g}"
    return "" if value.at_least is None else f"at least {value.at_least:g}"


def _sentence(size: str) -> str:
    return size[0].upper() + size[1:] + "."
