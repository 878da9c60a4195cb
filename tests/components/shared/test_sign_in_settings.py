"""The settings of a service whose people sign in: what is wrong is told by the name of its variable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from shared.http.sessions.settings import SignInSettings


def read(**told: object) -> SignInSettings:
    return SignInSettings.model_validate({"issuer": "https://issuer.example", **told})


def test_without_a_client_nobody_signs_in_and_nothing_more_is_needed() -> None:
    assert (read().client_id, read().address) == ("", "")


@pytest.mark.parametrize("address", ["https://wall.example", "https://Wall.example/", "http://127.0.0.1:8000"])
def test_an_address_is_an_origin(address: str) -> None:
    assert read(client_id="wall", address=address).address == address.rstrip("/").lower()


@pytest.mark.parametrize("address", ["", "wall.example", "ftp://wall.example", "https://wall.example/path", "https://wall.example?x=1"])
def test_people_cannot_be_led_back_to_anything_else(address: str) -> None:
    with pytest.raises(ValidationError, match="address"):
        read(client_id="wall", address=address)


def test_a_key_is_a_jwk_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    with pytest.raises(ValidationError, match="cannot be read"):
        read(client_key_file=file)
    for text in ("", "no key", "[]", "{}"):
        file.write_text(text)
        with pytest.raises(ValidationError, match="holds no private key"):
            read(client_key_file=file)
    file.write_text(json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=False)))
    with pytest.raises(ValidationError, match="holds no private key"):
        read(client_key_file=file)
    file.write_text(json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)))
    assert read(client_key_file=file).client_key_file == file


def test_no_session_is_longer_than_a_day() -> None:
    for name in ("session_idle_seconds", "session_seconds"):
        with pytest.raises(ValidationError, match=name):
            read(**{name: 86_401})
