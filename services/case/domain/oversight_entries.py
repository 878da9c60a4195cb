"""The entries of a file's history that tell of flags and draws, as ``entries.py`` has the others."""

from collections.abc import Mapping
from datetime import date
from struct import Struct as Layout

from msgspec.structs import replace

from services.case.domain.entries import Happening, Kind, done_by
from services.case.domain.stored_numbers import FINDINGS, GROUNDS, RULES, STATE_NUMBER, office_number, office_of, somebody
from shared.contracts.case import CaseFact
from shared.contracts.flags import CaseDrawn, CaseFlagCleared, CaseFlagConfirmed, CaseFlagged, CaseRechecked

_FLAG = Layout(">IQB")  # head; office, the role above it; rule 4, ground 4
_DRAW = Layout(">IQ")  # head; office
_RECHECK = Layout(">IQBB")  # head; as of _FLAG; finding; state


def _flagged(head: int, fact: CaseFlagged, _: str) -> bytes:
    return _FLAG.pack(head, office_number(fact.flagged), RULES.index(fact.rule) << 4)


def _flag_settled(head: int, fact: CaseFlagCleared | CaseFlagConfirmed, _: str) -> bytes:
    ground = GROUNDS.index(fact.because) if isinstance(fact, CaseFlagCleared) else 0
    return _FLAG.pack(head, somebody(fact.role, fact.office), RULES.index(fact.rule) << 4 | ground)


def _drawn(head: int, fact: CaseDrawn, _: str) -> bytes:
    return _DRAW.pack(head, office_number(fact.office))


def _rechecked(head: int, fact: CaseRechecked, _: str) -> bytes:
    return _RECHECK.pack(head, somebody(fact.role, fact.office), FINDINGS.index(fact.finding), STATE_NUMBER[fact.after.state])


def _told_flag(word: str, day: date, _: int, who: int, rule: int) -> Happening:
    return replace(done_by(word, day, who), rule=RULES[rule >> 4], ground=GROUNDS[rule & 0xF])


def _told_draw(word: str, day: date, _: int, office: int) -> Happening:
    return Happening(word, day, office=office_of(office))


def _told_recheck(word: str, day: date, _: int, who: int, finding: int, __: int) -> Happening:
    return replace(done_by(word, day, who), finding=FINDINGS[finding])


KINDS: Mapping[type[CaseFact], Kind] = {
    CaseFlagged: Kind(37, _FLAG, _flagged, _told_flag),
    CaseFlagCleared: Kind(38, _FLAG, _flag_settled, _told_flag),
    CaseFlagConfirmed: Kind(39, _FLAG, _flag_settled, _told_flag),
    CaseDrawn: Kind(40, _DRAW, _drawn, _told_draw),
    CaseRechecked: Kind(41, _RECHECK, _rechecked, _told_recheck),
}
