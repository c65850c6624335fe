"""ЕСИА itself as a way to sign in (its protocol v2/v3)."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from registratura.esia.answer import Answer
from registratura.esia.attempts import Attempt
from registratura.esia.authorise import authorise_url, exchange
from registratura.esia.faults import fault_of
from registratura.esia.keys import read_pair, read_trusted
from registratura.esia.line import SCOPE, Line
from registratura.esia.profile import read_profile
from registratura.esia.verify import verify
from registratura.esia.wire import open_http
from registratura.settings import Settings


class Esia(Line):
    """The national provider; one of the two that stand behind `SignOn`."""

    @property
    def provider(self) -> str:
        """What a sign-in under way is bound to."""
        return self.issuer

    async def start(self, attempt: Attempt, *, now: datetime) -> str:
        """Where the browser goes to sign in. Refuses with `EsiaDown`."""
        self.check_up()
        return await authorise_url(self, attempt, now=now)

    async def finish(self, query: Mapping[str, str], attempt: Attempt, *, now: datetime) -> Answer:
        """Who came back with this query. Refuses with an `EsiaFault`."""
        if "code" not in query:
            raise fault_of(query.get("error_description", "no code").partition(":")[0])
        tokens = await exchange(self, query["code"], attempt, now=now)
        identity = await verify(self, tokens, now=now)
        return await read_profile(self, tokens, identity)

    async def logout_url(self, path: str = "/") -> str:
        """Where a browser ends its ЕСИА session; ЕСИА sends it back to `path` of the portal."""
        query = urlencode({"client_id": self.mnemonic, "redirect_url": self.home + path})
        return f"{self.url}/idp/ext/Logout?{query}"


def open_esia(settings: Settings) -> Esia:
    """The client that these settings describe. Refuses with `Refused`, in one sentence, where a
    key or certificate is missing or broken, or the program that signs."""
    home = settings.public_url.rstrip("/")
    signer, verifiers = read_pair(settings), read_trusted(settings)
    return Esia(
        url=settings.esia_url.rstrip("/"),
        issuer=settings.esia_issuer,
        mnemonic=settings.esia_mnemonic,
        redirect_uri=f"{home}/signin/done",
        home=home,
        signer=signer,
        verifiers=verifiers,
        scope=settings.esia_scope or SCOPE,
        pkce=settings.esia_pkce == "S256",
        http=open_http(),
    )
