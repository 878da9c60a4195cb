"""Plays the history into a running system, or prints it: ``python -m deploy.demo --help``."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from msgspec import json

from deploy.demo.history.history import History
from deploy.demo.history.published import JUNE
from deploy.demo.playing.apis import Apis
from deploy.demo.playing.credentials import Issuer
from deploy.demo.playing.play import play_history


def main(
    scale: Annotated[float, typer.Option(help="1: as many children as were published.")] = 1.0,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day played, up to 2020-11-30.")] = datetime(*JUNE.timetuple()[:3]),  # noqa: B008, DTZ001  # a day
    seed: Annotated[int, typer.Option(help="Another seed invents other children.")] = 1,
    enrolment: Annotated[str, typer.Option(help="Where enrolment's api is.")] = Apis().enrolment,
    case: Annotated[str, typer.Option(help="Where case's api is.")] = Apis().case,
    relief: Annotated[str, typer.Option(help="Where relief's api is.")] = Apis().relief,
    reporting: Annotated[str, typer.Option(help="Where reporting's api is.")] = Apis().reporting,
    issuer: Annotated[str, typer.Option(help="Where the issuer of tokens is.")] = Apis().issuer.url,
    keys: Annotated[Path, typer.Option(help="The folder of the issuer, with the keys of its clients.")] = Apis().issuer.folder,  # noqa: B008  # a path
    only_print: Annotated[bool, typer.Option("--print", help="Send nothing; write sender and line, as NDJSON.")] = False,
) -> None:
    """Play the history of 2019 and 2020: the children are invented, the totals are the published ones."""
    if only_print:
        _print(History(scale=scale, until=until.date(), seed=seed))
        return
    apis = Apis(enrolment, case, relief, reporting, Issuer(issuer, keys))
    exact = asyncio.run(play_history(apis, scale=scale, until=until.date(), seed=seed))
    raise typer.Exit(0 if exact else 1)


def _print(history: History) -> None:
    for portion in history.portions():
        for sender, lines in portion.lines.items():
            # As text, because a mistaken line may be no JSON.
            sys.stdout.buffer.write(b"".join(json.encode({"sender": sender, "line": line.decode()}) + b"\n" for line in lines))


if __name__ == "__main__":
    typer.run(main)
