"""Whether a client wants Chinese (RFC 9110, section 12.5.4)."""


def wants_chinese(accept_language: str) -> bool:
    """Return whether an ``Accept-Language`` ranks Chinese above English. What is no such header asks for nothing."""
    ranks = {"zh": 0.0, "en": 0.0}
    for entry in accept_language.split(","):
        tag, _, parameter = entry.partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in ranks:
            ranks[language] = max(ranks[language], _rank(parameter))
    return ranks["zh"] > ranks["en"]


def _rank(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
