"""The issuer as a service with pages asks it, at another address than its name."""

from __future__ import annotations

import pytest

from shared.http.sessions.provider import Client, Provider, ProviderAway
from shared.http.sessions.store import SignIn
from shared.identity.keys import IssuerKeys
from shared.identity.tokens import TokenVerifier
from shared.settings import ALGORITHMS
from tests.support.issuer import LittleIssuer

NAME = "https://name.example/realms/baoxue"
SIGN_IN = SignIn(state="s", nonce="n", verifier="v" * 43, to="/")


def provider(issuer: str, address: str) -> Provider:
    verifier = TokenVerifier(IssuerKeys(issuer, address=address), issuer=issuer, audience="baoxue", algorithms=ALGORITHMS)
    return Provider(issuer, Client("pages", None, "https://wall.example/signed-in"), verifier, address=address)


async def test_people_are_led_to_the_name_of_an_issuer_that_is_asked_next_door() -> None:
    issuer = LittleIssuer()
    issuer.said = {"issuer": NAME, "authorization_endpoint": f"{NAME}/auth"}
    async with issuer.running():
        assert (await provider(NAME, issuer.url).sign_in_url(SIGN_IN)).startswith(f"{NAME}/auth?")
        with pytest.raises(ProviderAway, match="another issuer"):
            await provider("https://another.example", issuer.url).sign_in_url(SIGN_IN)
