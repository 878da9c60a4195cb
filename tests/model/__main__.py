"""`make model`: search everything, the large models too, and tell the story of each guard that is taken out."""

import sys

from tests.model.catalogue import GUARDS, LIMIT, SEARCHES
from tests.model.search import search


def main() -> int:
    """Return the exit code: 1 where a model is not exact."""
    wrong = 0
    for guard in (*GUARDS, LIMIT):
        found = search(guard.model)
        print(f"\nWithout: {guard.name}\n" if guard is not LIMIT else f"\nWith: {guard.name}\n", *found.story, found.wrong, sep="\n  ")
    for exact in SEARCHES:
        found = search(exact.model)
        wrong += found.wrong is not None
        print(f"\n{exact.what}; {exact.accidents}: {found.states:,} states, {found.at_rest:,} of them at rest; {found.wrong or 'exact'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
