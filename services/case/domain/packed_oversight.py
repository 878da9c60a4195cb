"""Flags and draws as bytes: 29 of a flag and 16 for each fact that it names, 14 more once it is settled; 21 of a draw."""

from struct import Struct as Layout

from services.case.domain.flags import Flag, Flags, Settled
from services.case.domain.samples import Draw, Draws
from services.case.domain.stored_numbers import ACTS, FINDINGS, GROUNDS, ROLES, RULES, code_of, pack_day, pack_office, unpack_day, unpack_office
from shared.contracts.oversight_codes import FlagState

_COUNT = Layout(">H")
# rule 4 bits, state 2 bits, how many facts are named 2 bits; version; county 20 bits, role 4, act 4; since; day; office; pieces; id
_FLAG = Layout(">BBI3s3s6sH8s")
_SETTLED = Layout(">3s6sB4s")  # the day; office; ground; digest of the command's id
_DRAW = Layout(">6s3s3s3sB4s")  # office; the day; since; until; finding, 0 for none; digest
_STATES = (FlagState.OPEN, FlagState.CLEARED, FlagState.CONFIRMED)
_ID_BYTES = 16


def pack_flags(flags: Flags) -> bytes:
    """Return flags as bytes."""
    return _COUNT.pack(len(flags)) + b"".join(map(_pack_flag, flags))


def unpack_flags(state: bytes, at: int) -> tuple[Flags, int]:
    """Return the flags that stand in a state, and where they end."""
    (count,) = _COUNT.unpack_from(state, at)
    at += _COUNT.size
    flags: list[Flag] = []
    for _ in range(count):
        flag, at = _unpack_flag(state, at)
        flags.append(flag)
    return tuple(flags), at


def pack_draws(draws: Draws) -> bytes:
    """Return draws as bytes."""
    return _COUNT.pack(len(draws)) + b"".join(
        _DRAW.pack(
            pack_office(draw.office),
            pack_day(draw.on),
            pack_day(draw.since),
            pack_day(draw.until),
            0 if draw.finding is None else FINDINGS.index(draw.finding) + 1,
            draw.cause,
        )
        for draw in draws
    )


def unpack_draws(state: bytes, at: int) -> tuple[Draws, int]:
    """Return the draws that stand in a state, and where they end."""
    (count,) = _COUNT.unpack_from(state, at)
    at += _COUNT.size
    draws: list[Draw] = []
    for _ in range(count):
        office, on, since, until, finding, cause = _DRAW.unpack_from(state, at)
        found = FINDINGS[finding - 1] if finding else None
        draws.append(Draw(unpack_office(office), unpack_day(on), unpack_day(since), unpack_day(until), cause, found))
        at += _DRAW.size
    return tuple(draws), at


def _pack_flag(flag: Flag) -> bytes:
    role = 0 if flag.role is None else ROLES.index(flag.role) + 1
    head = _FLAG.pack(
        RULES.index(flag.rule) << 4 | _STATES.index(flag.state) << 2 | len(flag.evidence),
        flag.version,
        int(flag.county) << 8 | role << 4 | ACTS.index(flag.act),
        pack_day(flag.since),
        pack_day(flag.day),
        pack_office(flag.flagged),
        flag.pieces,
        bytes.fromhex(flag.id),
    )
    named = b"".join(bytes.fromhex(each.replace("-", "")) for each in flag.evidence)
    if (settled := flag.settled) is None:
        return head + named
    return head + named + _SETTLED.pack(pack_day(settled.on), pack_office(settled.office), GROUNDS.index(settled.because), settled.cause)


def _unpack_flag(state: bytes, at: int) -> tuple[Flag, int]:
    marks, version, place, since, day, office, pieces, id_ = _FLAG.unpack_from(state, at)
    at += _FLAG.size
    end = at + (marks & 3) * _ID_BYTES
    evidence = tuple(_uuid(state[n : n + _ID_BYTES].hex()) for n in range(at, end, _ID_BYTES))
    settled = None
    if _STATES[marks >> 2 & 3] is not FlagState.OPEN:
        on, by, ground, cause = _SETTLED.unpack_from(state, end)
        settled = Settled(unpack_day(on), unpack_office(by), GROUNDS[ground], cause)
        end += _SETTLED.size
    role = ROLES[(place >> 4 & 0xF) - 1] if place >> 4 & 0xF else None
    county, act = code_of(place >> 8), ACTS[place & 0xF]
    days = unpack_day(since), unpack_day(day)
    flag = Flag(id_.hex(), RULES[marks >> 4], version, county, unpack_office(office), *days, pieces, evidence, role, act, settled)
    return flag, end


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
