"""Failures that a user can mend: commands print them as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from deploy.local.config import SettingsWrong
from deploy.local.issuer.by_hand import NoSuchToken
from deploy.local.jars import JarsWrong
from deploy.local.kafka import FormatFailed
from deploy.local.redis_server import NoRedis
from deploy.local.stack import StartFailed
from services.enrolment.directory.key_files import KeysWrong
from shared.log.access_admin import AccessRefused
from shared.log.topic_admin import BrokerUnavailable, TopicsWrong

PLAIN_FAILURES = (SettingsWrong, StartFailed, JarsWrong, FormatFailed, NoRedis, NoSuchToken, TopicsWrong, BrokerUnavailable, AccessRefused, KeysWrong)

err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def plain_failures() -> Iterator[None]:
    """Print a failure that a user can mend as a sentence, without a traceback."""
    try:
        yield
    except PLAIN_FAILURES as failure:
        err.print(str(failure), style="red", markup=False)
        raise typer.Exit(1) from failure
