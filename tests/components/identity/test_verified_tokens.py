"""A token that was verified is known again, until it ends, the keys change, or too many others came."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from joserfc.jwk import Key, OKPKey

from shared import clock
from shared.identity import tokens
from shared.identity.tokens import TokenRefused, TokenVerifier
from tests.support.callers import AUDIENCE, ISSUER, KEY, KeysAtHand, claims, signed


class Counted(KeysAtHand):
    """Keys, and the number of times that one was asked for."""

    asked = 0

    async def of(self, kid: str) -> Key | None:
        self.asked += 1
        return await super().of(kid)


class Desk:
    def __init__(self) -> None:
        self.keys, self.at = Counted(KEY), clock.now().timestamp()
        self.verifier = TokenVerifier(
            self.keys, issuer=ISSUER, audience=AUDIENCE, algorithms=["EdDSA"], now=lambda: datetime.fromtimestamp(self.at, UTC)
        )

    async def who(self, token: str) -> str:
        return (await self.verifier.caller_of(token.encode())).sub


async def test_a_token_is_verified_once() -> None:
    desk, token = Desk(), signed(claims())
    assert [await desk.who(token) for _ in range(5)] == ["somebody"] * 5
    assert desk.keys.asked == 1


async def test_a_token_that_is_known_ends_all_the_same() -> None:
    desk, token = Desk(), signed(claims(minutes=1))
    await desk.who(token)
    desk.at += 61
    for _ in range(2):
        with pytest.raises(TokenRefused, match="expired"):
            await desk.who(token)


async def test_a_key_that_the_issuer_took_back_ends_its_tokens() -> None:
    desk, token = Desk(), signed(claims())
    await desk.who(token)
    desk.keys._keys = {}
    desk.keys.version += 1
    with pytest.raises(TokenRefused, match="key that the issuer does not have"):
        await desk.who(token)


async def test_what_was_refused_is_not_remembered_as_good() -> None:
    desk = Desk()
    forged = signed(claims(), OKPKey.generate_key("Ed25519", {"kid": str(KEY.kid)}))
    for _ in range(2):
        with pytest.raises(TokenRefused, match="signature"):
            await desk.who(forged)
    assert desk.keys.asked == 2


async def test_so_many_tokens_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_MOST_KEPT", 3)
    desk = Desk()
    made = [signed(claims(sub=str(n))) for n in range(5)]
    assert [await desk.who(token) for token in made] == list("01234")
    assert len(desk.verifier._kept) == 3
    assert [await desk.who(token) for token in reversed(made)] == list("43210")


async def test_who_somebody_is_comes_from_their_own_token_alone() -> None:
    desk = Desk()
    first, second = signed(claims(sub="first")), signed(claims("/counties/513431", "officer", sub="second"))
    assert [await desk.who(token) for token in (first, second, first, second)] == ["first", "second", "first", "second"]
