"""The page of the commands, as typer documents them."""

from __future__ import annotations

import typer
from typer.cli import get_docs_for_click

from deploy.cli import app
from docs.generate.markdown import page


def cli() -> str:
    """Return the page."""
    command = typer.main.get_command(app)
    docs = get_docs_for_click(obj=command, ctx=typer.Context(command), name="baoxue", title="The command line")
    _, first, commands = docs.partition("\n## ")  # above it typer lists the commands, each cut off after a few words
    return page("The command `baoxue`", "`make setup` puts it into `.venv/bin/`.", f"{first}{commands}".strip())
