"""What an officer sees of a child before the second act: enough to know it again, not enough to carry away. Pure."""

from datetime import date

_HIDDEN = "*"


def masked_name(name: str) -> str:
    """Return the first character of a name, and a star for the rest: 张*."""
    return f"{name[:1]}{_HIDDEN}" if name else ""


def masked_number(number: str) -> str:
    """Return the first four characters of a number and the last four: 5134…001X. Of a short one, nothing."""
    return f"{number[:4]}…{number[-4:]}" if len(number) >= 15 else "…"


def masked_telephone(telephone: str) -> str:
    """Return the first three digits of a telephone number and the last two: 138******78. Of a short one, nothing."""
    return f"{telephone[:3]}{_HIDDEN * (len(telephone) - 5)}{telephone[-2:]}" if len(telephone) >= 10 else _HIDDEN * 3


def masked_address(address: str) -> str:
    """Return that there is an address."""
    return _HIDDEN * 3 if address else ""


def masked_birth_date(born: date) -> str:
    """Return the year: 2008-**-**."""
    return f"{born.year}-**-**"
