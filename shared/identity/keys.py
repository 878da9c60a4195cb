"""The public keys of an issuer: fetched in the background, and the last good set kept for as long as no better one comes.

Who asks for a key that is known waits for nobody, so an issuer that is away harms nobody who has a token. A key that is not known is asked for
once more, and not again for ``unknown`` seconds, however many tokens name it: a flood of made-up keys costs the issuer next to nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from shared import clock
from shared.settings import is_on_this_machine

DISCOVERY = "/.well-known/openid-configuration"
_MOST_BYTES = 256 << 10
_SHORTEST_RSA = 2048

_log = logging.getLogger(__name__)


class KeysUnknown(Exception):
    """The issuer's keys were never fetched, so no token can be verified yet."""


class Pace(NamedTuple):
    """Seconds: between two fetches; before the next attempt after one that failed; between two fetches for keys that are not known; of patience."""

    every: float = 300.0
    retry: float = 2.0
    unknown: float = 10.0
    patience: float = 5.0


PACE = Pace()


class IssuerKeys:
    """The keys of one issuer, by their ids."""

    def __init__(self, issuer: str, *, address: str = "", pace: Pace = PACE) -> None:
        """``issuer``: its URL, by which it names itself. Its discovery document is below ``address``, or else below that URL."""
        self._issuer, self._address, self._pace = issuer, address or issuer, pace
        self._keys: Mapping[str, Key] | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._asked = float("-inf")
        self.version = 0
        """Grows with every set of keys that differs from the one before."""

    async def of(self, kid: str) -> Key | None:
        """Return the key of an id, None where the issuer has none. Raises ``KeysUnknown``."""
        if (self._keys is None or kid not in self._keys) and (self._is_fetching() or clock.seconds() - self._asked >= self._pace.unknown):
            with suppress(httpx.HTTPError, ValueError):
                await asyncio.shield(self._fetched())
        if self._keys is None:
            raise KeysUnknown
        return self._keys.get(kid)

    async def check(self) -> None:
        """Raise ``KeysUnknown`` as long as no token can be verified."""
        if self._keys is None:
            raise KeysUnknown

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the keys fresh until the block ends."""
        keeping = asyncio.create_task(self._keep_fresh())
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    async def _keep_fresh(self) -> None:
        while True:
            try:
                await self._fetched()
                await asyncio.sleep(self._pace.every)
            except (httpx.HTTPError, ValueError) as error:
                _log.warning("the keys of the issuer could not be fetched, those known are kept: %s", type(error).__name__)
                await asyncio.sleep(self._pace.retry)

    def _is_fetching(self) -> bool:
        return self._fetching is not None and not self._fetching.done()

    def _fetched(self) -> "asyncio.Task[None]":
        """Return the fetch that is under way, or begin one."""
        if self._fetching is None or self._fetching.done():
            self._asked = clock.seconds()
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        local = is_on_this_machine(self._address)
        async with httpx.AsyncClient(timeout=self._pace.patience, trust_env=not local) as client, asyncio.timeout(2 * self._pace.patience):
            discovered = await read_document(client, self._address.rstrip("/") + DISCOVERY)
            if discovered.get("issuer") != self._issuer:
                raise ValueError("the discovery document is of another issuer")
            address = discovered.get("jwks_uri")
            if not isinstance(address, str) or (urlsplit(address).scheme, urlsplit(self._address).scheme) not in _AS_SAFE:
                raise ValueError("the discovery document names no keys that are as safe to fetch as itself")
            keys = keys_of(await read_document(client, address))
        if not keys:
            raise ValueError("the issuer has no key that verifies tokens")
        if self._keys is None or {kid: key.thumbprint() for kid, key in keys.items()} != {kid: key.thumbprint() for kid, key in self._keys.items()}:
            self._keys, self.version = keys, self.version + 1


_AS_SAFE = frozenset({("https", "https"), ("https", "http"), ("http", "http")})
"""Pairs of schemes, of the address of the keys and of the document that names it."""


def keys_of(document: Mapping[str, Any]) -> dict[str, Key]:
    """Return the keys of a JWK set that may verify tokens, by their ids. Any other is passed over: an issuer may have keys for other ends."""
    members = document.get("keys")
    found: dict[str, Key] = {}
    for member in members if isinstance(members, list) else ():
        if isinstance(member, dict) and isinstance(kid := member.get("kid"), str) and member.get("use", "sig") == "sig":
            with suppress(JoseError, ValueError, KeyError, TypeError):
                key = JWKRegistry.import_key({name: value for name, value in member.items() if name not in _PRIVATE})
                if _verifies(key):
                    found[kid] = key
    return found


_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def _verifies(key: Key) -> bool:
    match key:
        case OKPKey():
            return key.curve_name == "Ed25519"
        case ECKey():
            return key.curve_name == "P-256"
        case RSAKey():
            return key.raw_value.key_size >= _SHORTEST_RSA
        case _:
            return False


async def read_document(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """Return a JSON object. Raises ``httpx.HTTPError``, and ``ValueError`` for what is none, or is too long."""
    async with client.stream("GET", address, headers={"Accept": "application/json"}) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"the issuer answered {response.status_code}")
        body = b""
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _MOST_BYTES:
                raise ValueError("the issuer's answer is too long")
    document = msgspec.json.decode(body)
    if not isinstance(document, dict):
        raise ValueError("the issuer's answer is no JSON object")  # noqa: TRY004  # it is the answer that is wrong, not a type of ours
    return document
