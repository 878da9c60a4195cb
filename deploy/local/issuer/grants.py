"""How the issuer is asked: the code flow with PKCE (S256 alone) for people, client credentials for systems. Clients bring assertions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, grants
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from deploy.local.issuer import clients
from deploy.local.issuer.clients import Client
from deploy.local.issuer.keys import ALGORITHM, Signer
from deploy.local.issuer.offices import DemoOffice
from deploy.local.issuer.spent import SpentAssertions
from deploy.local.issuer.tokens import ACCESS_SECONDS, now

CODE_SECONDS = 60
ASSERTION_SECONDS = 300
"""The longest life of an assertion."""
_MOST_CODES = 1_000
_LEEWAY = 5
"""Seconds by which the clocks of clients may differ."""


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc]  # Authlib has no types
    """A code: who signed in, for which client, and what the client must show to use it."""

    text: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    office: DemoOffice
    at: int

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return what was asked for."""
        return self.scope

    def get_nonce(self) -> str:
        """Return what ties the id token to the request."""
        return self.nonce

    def get_auth_time(self) -> int:
        """Return when the office was chosen."""
        return self.at

    def get_acr(self) -> None:
        """Return nothing: a demo asks for no proof."""

    def get_amr(self) -> None:
        """Return nothing: a demo asks for no proof."""


class CodeStore:
    """The codes that nobody used yet."""

    def __init__(self) -> None:
        self._codes: dict[str, Code] = {}

    def keep(self, code: Code) -> None:
        """Keep a code, and forget those that are over; of too many the oldest too."""
        self._codes = {text: kept for text, kept in self._codes.items() if kept.at > code.at - CODE_SECONDS}
        while len(self._codes) >= _MOST_CODES:
            del self._codes[next(iter(self._codes))]
        self._codes[code.text] = code

    def take(self, text: str, client_id: str) -> Code | None:
        """Return a code of a client and forget it, whoever shows it: it is used once, in its minute."""
        code = self._codes.pop(text, None)
        alive = code is not None and code.client_id == client_id and now() < code.at + CODE_SECONDS
        return code if alive else None


class Pkce(CodeChallenge):  # type: ignore[misc]  # Authlib has no types
    """PKCE that every request brings, with S256: `plain` protects nobody."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a request without a challenge, and one whose method is not S256."""
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is needed: code_challenge, and code_challenge_method=S256")
        super().validate_code_challenge(grant, redirect_uri)


class OpenId(OpenIDCode):  # type: ignore[misc]  # Authlib has no types
    """Adds the id token."""

    def __init__(self, issuer: str, signer: Callable[[], Signer]) -> None:
        super().__init__(require_nonce=True)
        self._issuer, self._signer = issuer, signer

    def exists_nonce(self, nonce: str, request: object) -> bool:
        """Leave it to the client, which alone knows its nonces."""
        return False

    def resolve_client_private_key(self, client: Client) -> OKPKey:
        """Return the key that signs."""
        return self._signer().key

    def get_client_algorithm(self, client: Client) -> str:
        """Return how it signs."""
        return ALGORITHM

    def get_encode_header(self, client: Client) -> dict[str, str]:
        """Return the head of the id token, with the id of the key."""
        return {"alg": ALGORITHM, "typ": "JWT", "kid": self._signer().kid}

    def get_client_claims(self, client: Client) -> dict[str, object]:
        """Return from whom and for whom the id token is, and until when."""
        at = now()
        return {"iss": self._issuer, "aud": client.client_id, "iat": at, "exp": at + ACCESS_SECONDS}

    def generate_user_info(self, user: DemoOffice, scope: str) -> dict[str, object]:
        """Return who signed in."""
        return {"sub": user.name, "name": user.chinese, "office": user.office, "roles": list(user.roles)}


def code_grant(codes: CodeStore) -> type[grants.AuthorizationCodeGrant]:
    """Return the grant of the code flow over these codes."""

    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
        """The code flow."""

        TOKEN_ENDPOINT_AUTH_METHODS = ["private_key_jwt"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            """Keep a new code."""
            asked = request.payload.data
            codes.keep(
                Code(
                    text=code,
                    client_id=request.client.client_id,
                    redirect_uri=asked["redirect_uri"],
                    scope=request.scope,
                    nonce=asked.get("nonce", ""),
                    code_challenge=asked["code_challenge"],
                    code_challenge_method=asked["code_challenge_method"],
                    office=request.user,
                    at=now(),
                )
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            """Take a code, which is over with that, right or wrong."""
            return codes.take(code, client.client_id)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            """Do nothing: it was taken."""

        def authenticate_user(self, authorization_code: Code) -> DemoOffice:
            """Return who signed in."""
            return authorization_code.office

    return CodeGrant


@dataclass(frozen=True)
class Renewal:
    """A refresh token that is alive: of whom, and for which client."""

    office: DemoOffice
    client_id: str
    scope: str = "openid"

    def check_client(self, client: Client) -> bool:
        """Return whether it is this client's."""
        return client.client_id == self.client_id

    def get_scope(self) -> str:
        """Return what was asked for at the sign-in."""
        return self.scope


def refresh_grant(read: Callable[[str], Renewal | None]) -> type[grants.RefreshTokenGrant]:
    """Return the grant by which a client goes on for somebody who signed in. ``read``: what a refresh token says."""

    class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]  # Authlib has no types
        """A client that proves itself as at the sign-in; its refresh token goes on until its end."""

        TOKEN_ENDPOINT_AUTH_METHODS = ["private_key_jwt"]

        def authenticate_refresh_token(self, refresh_token: str) -> Renewal | None:
            """Return what a refresh token says, None for one that is over or none of ours."""
            return read(refresh_token)

        def authenticate_user(self, refresh_token: Renewal) -> DemoOffice:
            """Return who signed in."""
            return refresh_token.office

        def revoke_old_credential(self, refresh_token: Renewal) -> None:
            """Do nothing: it is bound to the key of its client."""

    return RefreshGrant


class ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    """A system asks for itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["private_key_jwt"]


class Assertions(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib has no types
    """The assertion with which a client proves itself (RFC 7523): signed with its key, for this issuer, short, and taken once."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, folder: Path, spent: SpentAssertions, audiences: list[str]) -> None:
        super().__init__(validate_jti=True, leeway=_LEEWAY)
        self._folder, self._spent, self._audiences = folder, spent, audiences

    def get_audiences(self) -> list[str]:
        """Return whom an assertion may name as its receiver."""
        return self._audiences

    def resolve_client_public_key(self, client: Client) -> OKPKey:
        """Return the public key of a client."""
        return clients.public_key(self._folder, client.client_id)

    def process_assertion_claims(self, assertion: str, resolve_key: OKPKey) -> Mapping[str, Any]:
        """Judge an assertion by one algorithm alone, whatever it says of itself."""
        try:
            token = jwt.decode(assertion, resolve_key, [ALGORITHM])
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="The assertion is not signed with the client's key.") from error
        self.verify_claims(token.claims)
        return token.claims

    def verify_claims(self, claims: dict[str, Any]) -> None:
        """Judge what the assertion says: beside what Authlib judges, that its life is short."""
        if not all(isinstance(claims.get(name), int | float) for name in ("iat", "exp")) or claims["exp"] - claims["iat"] > ASSERTION_SECONDS:
            raise InvalidClientError(description=f"An assertion has iat and exp, at most {ASSERTION_SECONDS} seconds apart.")
        super().verify_claims(claims)

    def validate_jti(self, claims: Mapping[str, Any], jti: str) -> bool:
        """Return whether an assertion was not taken before."""
        return self._spent.spend(claims["sub"], jti, claims["exp"] + _LEEWAY, now())
