"""Packed states of a deciding service: the byte that names their format, and the errors of what cannot be read or folded. Pure."""


class UnfoldableFact(Exception):
    """No rule folds this fact. The worker must stop, for its states would be wrong from here on."""


class UnknownFormat(Exception):
    """These bytes are no state that this code can read."""


def check_format(state: bytes, expected: int, service: str) -> None:
    """Check the first byte of a state, which is the version of its format. Raises ``UnknownFormat`` with what mends it."""
    if not state or state[0] != expected:
        found = state[0] if state else "none"
        raise UnknownFormat(
            f"a state of format {found}, where this code writes {expected}: `baoxue rebuild {service}` builds another generation from the record; "
            "or deploy the code that wrote it"
        )


def damaged(state: bytes, service: str) -> UnknownFormat:
    """Return the error for a state of the right format whose bytes cannot be read."""
    return UnknownFormat(f"a state of {len(state)} bytes is cut off or damaged: rebuild the states of {service} from the record")
