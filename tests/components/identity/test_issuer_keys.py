"""The keys of an issuer: fetched in the background, kept while it is away, and asked for no more often than is good for it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from shared.identity.keys import IssuerKeys, KeysUnknown, Pace, keys_of
from tests.support.issuer import LittleIssuer
from tests.support.served import eventually

SELDOM = Pace(every=3_600, retry=3_600, unknown=3_600)
QUICK = Pace(every=0.01, retry=0.01, unknown=0.0)


def key(kid: str) -> Key:
    return OKPKey.generate_key("Ed25519", {"kid": kid})


TWO = dict(key("two").as_dict(private=False))


async def until_there(keys: IssuerKeys) -> None:
    async def there() -> bool:
        return keys.version > 0

    await eventually(there, "the keys are there")


async def test_a_key_is_there_without_anybody_asking() -> None:
    issuer = LittleIssuer(key("one"))
    async with issuer.running():
        keys = IssuerKeys(issuer.url, pace=SELDOM)
        async with keys.running():
            await until_there(keys)
            await keys.check()
            found = await keys.of("one")
    assert found is not None
    assert found.kid == "one"
    assert not found.is_private


async def test_whoever_has_no_key_yet_says_so() -> None:
    keys = IssuerKeys("http://127.0.0.1:1", pace=SELDOM)
    with pytest.raises(KeysUnknown):
        await keys.of("one")
    with pytest.raises(KeysUnknown):
        await keys.check()


async def test_an_issuer_that_is_away_takes_no_key_away() -> None:
    issuer = LittleIssuer(key("one"))
    async with issuer.running():
        keys = IssuerKeys(issuer.url, pace=QUICK)
        async with keys.running():
            await until_there(keys)
    async with keys.running():
        for _ in range(3):
            assert await keys.of("one") is not None
        assert await keys.of("two") is None, "a key that is not known is asked for in vain, and nothing is lost by it"
    await keys.check()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"status": 500},
        {"status": 302},
        {"body": b"{"},
        {"body": b"[]"},
        {"body": b'{"keys": 7}'},
        {"body": b'{"keys": []}'},
        {"body": b'{"keys": [{"kty": "OKP", "kid": "one"}]}'},
        {"body": json.dumps({"keys": [TWO]}).encode() + b" " * (300 << 10)},
        {"said": {"issuer": "http://127.0.0.1:9"}},
        {"said": {"jwks_uri": None}},
        {"said": {"jwks_uri": "file:///etc/passwd"}},
    ],
)
async def test_an_answer_that_cannot_be_right_changes_nothing(spoilt: dict[str, Any]) -> None:
    issuer = LittleIssuer(key("one"))
    async with issuer.running():
        keys = IssuerKeys(issuer.url, pace=QUICK)
        assert await keys.of("one") is not None
        issuer.keys.append(TWO)
        for name, value in spoilt.items():
            setattr(issuer, name, value)
        assert await keys.of("two") is None
        assert await keys.of("one") is not None
        assert keys.version == 1


async def test_keys_change_without_a_stop() -> None:
    old, new = key("old"), key("new")
    issuer = LittleIssuer(old)
    async with issuer.running():
        keys = IssuerKeys(issuer.url, pace=Pace(every=3_600, retry=1, unknown=0.0))
        assert await keys.of("old") is not None
        issuer.keys = [dict(each.as_dict(private=False)) for each in (old, new)]
        assert await keys.of("new") is not None, "a token that the new key signed is good at once"
        assert await keys.of("old") is not None
        issuer.keys.pop(0)
        async with keys.running():
            await eventually(lambda: _gone(keys, "old"), "the old key is gone")
        assert keys.version == 3


async def _gone(keys: IssuerKeys, kid: str) -> bool:
    return await keys.of(kid) is None


async def test_a_flood_of_made_up_keys_costs_the_issuer_one_question() -> None:
    issuer = LittleIssuer(key("one"))
    async with issuer.running():
        keys = IssuerKeys(issuer.url, pace=SELDOM)
        assert await keys.of("one") is not None
        found = await asyncio.gather(*(keys.of(f"made-up-{n}") for n in range(1_000)))
        assert found == [None] * 1_000
        assert issuer.asked == 1


async def test_an_issuer_may_be_asked_elsewhere_than_at_its_name_and_must_name_itself_there() -> None:
    issuer = LittleIssuer(key("one"))
    issuer.said = {"issuer": "https://name.example"}
    async with issuer.running():
        found = await IssuerKeys("https://name.example", address=issuer.url, pace=SELDOM).of("one")
        assert found is not None
        with pytest.raises(KeysUnknown):
            await IssuerKeys("https://another.example", address=issuer.url, pace=SELDOM).of("one")


async def test_all_who_ask_at_once_wait_for_one_answer() -> None:
    issuer = LittleIssuer(key("one"))
    issuer.pause = 0.05
    async with issuer.running():
        keys = IssuerKeys(issuer.url, pace=SELDOM)
        found = await asyncio.gather(*(keys.of("one") for _ in range(100)))
    assert None not in found
    assert issuer.asked == 1


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_only_keys_that_verify_signatures_are_taken() -> None:
    members = [
        dict(each.as_dict(private=private))
        for each, private in (
            (key("ed"), False),
            (ECKey.generate_key("P-256", {"kid": "ec"}), False),
            (RSAKey.generate_key(2048, {"kid": "rsa"}), False),
            (OKPKey.generate_key("X25519", {"kid": "exchange"}), False),
            (ECKey.generate_key("P-384", {"kid": "other curve"}), False),
            (RSAKey.generate_key(1024, {"kid": "short"}), False),
            (OctKey.generate_key(256, {"kid": "secret"}), True),
            (OKPKey.generate_key("Ed25519", {"kid": "for encryption", "use": "enc"}), False),
        )
    ]
    nameless = {name: value for name, value in members[0].items() if name != "kid"}
    found = keys_of({"keys": [*members, nameless, 7, {"kty": "x", "kid": "x"}]})
    assert set(found) == {"ed", "ec", "rsa"}


def test_a_private_key_that_an_issuer_publishes_by_mistake_is_kept_as_a_public_one() -> None:
    found = keys_of({"keys": [dict(key("one").as_dict(private=True))]})
    assert not found["one"].is_private
