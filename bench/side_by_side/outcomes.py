"""What submissions came to, read from the facts and refusals that somebody published. It shares no code with any contestant."""

import json
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

_ENROLMENT = "/enrolment"
_SAID = ("time", "recordedtime", "causationid", "correlationid", "reportedby", "data")
"""What a fact says beside its type and its subject: all but its own id and its place."""


def outcomes(values: Iterable[bytes | None]) -> Counter[str]:
    """Return each outcome of enrolment's once: of whom, the how many-eth of its kind, what, and a digest of all that it says.

    Of a refusal it is the code and the report that is refused. ``values``: of the records, each partition in its order.
    """
    found, seen = Counter[str](), Counter[tuple[str, bool]]()
    for value in values:
        event = json.loads(value or b"null")
        if event["source"] != _ENROLMENT:
            continue
        subject, refused = event["subject"], "refused" in event["type"]
        n = seen[subject, refused] = seen[subject, refused] + 1
        said = [event["data"]["code"], event["causationid"]] if refused else [event.get(name) for name in _SAID]
        digest = blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=8).hexdigest()
        found[f"{subject} {n} {event['type']} {digest}"] += 1
    return found
