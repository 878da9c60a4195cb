"""Guards are taken out by their names: where a name has gone, the test that takes it out fails, and says which."""

import re

import pytest

from shared.redis.edge import connect, script
from tests.support.mutants import script_without

EXPECTED_CURSOR = "the cursor is the expected one"
NOWHERE = "redis://127.0.0.1:1/0"
BOARD = "services.reporting.board"


@pytest.mark.parametrize(
    ("guard", "locals_", "said"),
    [
        ("no such guard", {}, "apply.lua: guard 'no such guard' stands there 0 times"),
        (EXPECTED_CURSOR, {"no_such": "1"}, "apply.lua: local 'no_such' stands there 0 times"),
    ],
)
def test_a_name_that_has_gone_is_an_error(guard: str, locals_: dict[str, str], said: str) -> None:
    with pytest.raises(LookupError, match=re.escape(said)):
        script_without("apply", guard, locals_=locals_)(connect(NOWHERE), BOARD, "apply")


def test_another_script_stays_as_it_is() -> None:
    client = connect(NOWHERE)
    assert script_without("apply", EXPECTED_CURSOR)(client, BOARD, "open").script == script(client, BOARD, "open").script
