"""What every test can ask for, and what none may leave behind."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest

pytest_plugins = ["tests.support.stack", "tests.support.faults_table", "tests.support.redis", "tests.support.postgres"]


@pytest.fixture(autouse=True)
def environment_as_it_was() -> Iterator[None]:
    """Leave the environment to the next test as it was: commands that are invoked within a test set addresses in it."""
    with patch.dict(os.environ):
        yield
