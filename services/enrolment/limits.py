"""How much the api takes, and how long it remembers: part of the service's settings."""

from pydantic import Field

from shared.http.limits import IdempotencyLimits


class Limits(IdempotencyLimits):
    """What a sender may ask for. Each is a setting: ``ENROLMENT_`` and the name in capitals."""

    body_bytes: int = Field(16 << 20, ge=1, description="longest body, in bytes as sent")
    inflated_bytes: int = Field(64 << 20, ge=1, description="longest body once it is inflated")
    inflation_ratio: int = Field(100, ge=1, description="most bytes that a byte of gzip may become, counted from the second MiB on")
    body_lines: int = Field(50_000, ge=1, description="most lines of a body, blank ones among them")
    children_lines: int = Field(5_000, ge=1, description="most children of a body, blank lines among them")
    line_bytes: int = Field(16 << 10, ge=256, le=512 << 10, description="longest line; a record of the log must hold it")
    line_depth: int = Field(8, ge=2, le=100, description="most objects and arrays within one another in a line; a report has 2")
    receipt_days: int = Field(90, ge=1, description="how long receipts are kept; outcomes are kept for 90 days")
    receipt_page: int = Field(500, ge=1, le=10_000, description="most lines in one page of a receipt")
    retry_seconds: int = Field(5, ge=1, description="what Retry-After asks of a sender while the log or Redis is unavailable")


def setting(limit: str) -> str:
    """Return the variable that sets a limit."""
    return f"ENROLMENT_{limit.upper()}"
