"""`baoxue token`: a token for whoever sits at the machine of an embedded stack."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy import cli
from deploy.local.issuer import by_hand, keys
from deploy.local.issuer.by_hand import NoSuchToken
from deploy.local.issuer.keys import key_file
from deploy.local.issuer.offices import DEMO_OFFICES
from deploy.local.issuer.tokens import now
from deploy.local.stack import LocalStack
from tests.edges.deploy.issuer_desk import IssuerDesk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IssuerDesk:
    monkeypatch.setenv("BAOXUE_HOME", str(tmp_path))
    return IssuerDesk(tmp_path)


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalStack, "is_running", lambda _: True)


def said(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, words)
    return result.exit_code, result.output.strip()


@pytest.mark.usefixtures("running")
async def test_it_prints_a_token_of_the_stacks_issuer_and_nothing_else(desk: IssuerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAOXUE_ISSUER_PORT", str(desk.config.issuer_port))
    code, token = said("token", "--role", "officer", "--role", "superior", "--office", "/counties/513431", "--minutes", "7")
    assert code == 0
    header, claims = await desk.read(token)
    assert header["typ"] == "at+jwt"
    assert (claims["iss"], claims["office"], claims["roles"]) == (desk.issuer, "/counties/513431", ["officer", "superior"])
    assert claims["exp"] - claims["iat"] == 7 * 60


@pytest.mark.usefixtures("running")
async def test_it_prints_one_of_an_office_of_the_demo(desk: IssuerDesk) -> None:
    for office in DEMO_OFFICES:
        _, claims = await desk.read(said("token", "--as", office.name)[1])
        assert (claims["sub"], claims["office"], claims["roles"]) == (office.name, office.office, list(office.roles))


@pytest.mark.usefixtures("desk", "running")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "--role and --office"),
        (("--role", "officer"), "--role and --office"),
        (("--office", "/nation"), "--role and --office"),
        (("--role", "minister", "--office", "/nation"), "--role minister: no such role; there are sender"),
        (("--role", "officer", "--office", "/counties/000000"), "--office /counties/000000: no such office"),
        (("--role", "officer", "--office", "513431"), "/counties/NNNNNN"),
        (("--as", "minister"), "no such office of the demo; there are province"),
        (("--as", "officer", "--role", "auditor"), "leave out --role"),
        (("--as", "officer", "--minutes", "1441"), "1440"),
        (("--as", "officer", "--minutes", "0"), "--minutes"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(words: tuple[str, ...], says: str) -> None:
    code, output = said("token", *words)
    assert code != 0
    assert says in " ".join(output.split())


@pytest.mark.usefixtures("desk")
def test_without_a_stack_it_says_how_to_start_one() -> None:
    for words in (("token", "--as", "officer"), ("rotate-key",)):
        code, output = said(*words)
        assert code == 1
        assert "`make up` or `make demo` starts one" in " ".join(output.split())


@pytest.mark.usefixtures("running")
def test_a_key_is_rotated(desk: IssuerDesk) -> None:
    code, output = said("rotate-key")
    keyring = keys.Keyring(key_file(desk.config.issuer_folder))
    assert code == 0
    assert keyring.signer(now() + keys.LEAD + 1).kid in " ".join(output.split())


def test_a_stack_without_a_key_says_so(tmp_path: Path, desk: IssuerDesk) -> None:
    key_file(desk.config.issuer_folder).unlink()
    with pytest.raises(NoSuchToken, match="make up"):
        by_hand.token(desk.config, by_hand.claims_of(roles=[], office=None, demo_name="officer"), minutes=1)
