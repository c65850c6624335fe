"""What a provider of OpenID Connect publishes of itself, kept for a while: document and keys."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, KeySet, RSAKey

from registratura.esia.faults import EsiaRefused

DOCUMENT_LASTS = 3600.0  # seconds
KEYS_LAST = 600.0  # and then a key that was withdrawn is believed no longer
KEYS_AGAIN = 10.0  # seconds between two looks for a key that is not there
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")
_WELL_KNOWN = "/.well-known/openid-configuration"
Ask = Callable[[str, str], Coroutine[Any, Any, Any]]


class Discovery:
    """One provider's document and keys in one process. `clock` is in seconds, never goes back."""

    def __init__(self, issuer: str, ask: Ask, clock: Callable[[], float]) -> None:
        self._issuer = issuer
        self._ask = ask
        self._clock = clock
        self._document: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._under_way: dict[str, asyncio.Task[Any]] = {}

    async def document(self) -> Mapping[str, Any]:
        """The provider's document (OpenID Connect Discovery, 4). Refuses with `EsiaDown`, or with
        `EsiaRefused` one of another issuer or with endpoints elsewhere than at the issuer."""
        if self._document is None or self._document[0] + DOCUMENT_LASTS <= self._clock():
            told = await self._once(f"{self._issuer.rstrip('/')}{_WELL_KNOWN}")
            self._document = (self._clock(), self._checked(told))
        return self._document[1]

    async def keys(self, *, again: bool = False) -> KeySet:
        """The provider's public keys; `again`: asked for anew, for a key that was not among them,
        unless that was done just now."""
        lasts = KEYS_AGAIN if again else KEYS_LAST
        if self._keys is None or self._keys[0] + lasts <= self._clock():
            told = await self._once((await self.document())["jwks_uri"])
            self._keys = (self._clock(), _key_set(told))
        return self._keys[1]

    async def _once(self, address: str) -> Any:
        """What lies there, asked once for all who want it now: where the provider hangs, each
        waits for one answer, not for those of all before him."""
        task = self._under_way.get(address)
        if task is None:
            task = asyncio.ensure_future(self._ask("GET", address))
            self._under_way[address] = task
            task.add_done_callback(lambda done: self._forget(address, done))
        return await asyncio.shield(task)

    def _forget(self, address: str, done: asyncio.Task[Any]) -> None:
        del self._under_way[address]
        if not done.cancelled():
            done.exception()  # known to whoever waited; nobody may have

    async def endpoint(self, name: str) -> str | None:
        """The address of an endpoint, or None where the provider has none."""
        found: str | None = (await self.document()).get(name)
        return found

    def _checked(self, told: object) -> Mapping[str, Any]:
        if not isinstance(told, dict) or told.get("issuer") != self._issuer:
            raise EsiaRefused("document of another issuer")
        for name in (*_NEEDED, *(name for name in _OPTIONAL if name in told)):
            self._check_endpoint(told.get(name))
        return told

    def _check_endpoint(self, address: object) -> None:
        """Only the issuer's own origin is asked or led to, whatever the document says."""
        if not isinstance(address, str) or _origin(address) != _origin(self._issuer):
            raise EsiaRefused("an endpoint elsewhere than at the issuer")


def _origin(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise EsiaRefused("an endpoint that is no address") from None
    return parts.scheme, parts.netloc


def _key_set(told: object) -> KeySet:
    """The keys that may verify a signature; others, and those we do not know, are passed over."""
    listed = told.get("keys") if isinstance(told, dict) else None
    found: list[Any] = []
    for jwk in listed if isinstance(listed, list) else []:
        if isinstance(jwk, dict) and jwk.get("use", "sig") == "sig":
            try:
                key = JWKRegistry.import_key(jwk)
            except (JoseError, ValueError, TypeError):
                continue
            found += [key] if isinstance(key, RSAKey | ECKey) else []
    if not found:
        raise EsiaRefused("the provider publishes no keys")
    return KeySet(found)
