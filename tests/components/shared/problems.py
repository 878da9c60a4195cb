"""What every api answers where something is wrong: a document of problem details."""

import httpx


def problem_of(answer: httpx.Response) -> str:
    """The kind of problem that an answer is; it must be a proper one."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    return str(problem["type"].removeprefix("/docs/problems#"))
