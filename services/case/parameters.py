"""The parameters that several routes of the api and of the desk have."""

from typing import Annotated

from fastapi import Path, Query

from shared.contracts.case_codes import Role

Student = Annotated[str, Path(alias="id", pattern=r"^[0-9a-f]{32}$", description="the student's id, which is the file's")]
Answering = Annotated[list[Role] | None, Query(alias="answers", description="one role of those who answer, or several; all of them, if left out")]
