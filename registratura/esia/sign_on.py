"""The one interface of signing in: the faces do not know which provider stands behind it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import httpx

from registratura.esia.answer import Answer
from registratura.esia.attempts import Attempt
from registratura.esia.client import open_esia
from registratura.esia.oidc import open_oidc
from registratura.settings import Settings


class SignOn(Protocol):
    """ЕСИА itself (`client.Esia`), or a gateway of OpenID Connect (`oidc.Oidc`)."""

    @property
    def http(self) -> httpx.AsyncClient:
        """The connections, to be closed at the end."""
        ...

    @property
    def provider(self) -> str:
        """The issuer that a sign-in under way is bound to."""
        ...

    async def start(self, attempt: Attempt, *, now: datetime) -> str:
        """Where the browser goes to sign in. Refuses with `EsiaDown`."""
        ...

    async def finish(self, query: Mapping[str, str], attempt: Attempt, *, now: datetime) -> Answer:
        """Who came back with this query. Refuses with an `EsiaFault`."""
        ...

    async def logout_url(self, path: str = "/") -> str:
        """Where a browser ends its session at the provider, to come back to `path`."""
        ...


def open_sign_on(settings: Settings) -> SignOn:
    """The way to sign in that these settings describe. Refuses with `Refused`, in one sentence,
    what cannot be used."""
    return open_oidc(settings) if settings.esia_mode == "oidc" else open_esia(settings)


def check_sign_on(settings: Settings) -> None:
    """Refuse with `Refused` what `open_sign_on` would, before any process is started."""
    asyncio.run(open_sign_on(settings).http.aclose())
