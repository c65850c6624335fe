"""The line to ЕСИА: where it is, who we are there, whose signatures we believe."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registratura.esia.wire import Wire
from registratura_ground.signing import Signer, Verifier

SCOPE = (
    "openid fullname birthdate gender snils medical_doc email mobile addresses "
    "kid_fullname kid_birthdate kid_gender kid_snils kid_birth_cert_doc kid_medical_doc"
)


@dataclass(frozen=True, kw_only=True)
class Line(Wire):
    """One ЕСИА and our registration there. `verifiers`: two of them while keys change, of one
    kind with `signer`. `pkce`: send an S256 challenge along (not settled for the real one)."""

    url: str
    issuer: str
    mnemonic: str
    redirect_uri: str
    home: str
    signer: Signer
    verifiers: tuple[Verifier, ...]
    scope: str = SCOPE
    pkce: bool = False

    @property
    def algorithm(self) -> str:
        """The one algorithm that tokens may be signed with."""
        return self.signer.algorithm

    async def get(self, path: str, access_token: str, query: Mapping[str, str]) -> Any:
        """JSON of a resource. Refuses with `EsiaDown` or `EsiaRefused`."""
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        return await self.ask("GET", self.url + path, params=query, headers=headers)

    async def post(self, path: str, form: Mapping[str, str]) -> Any:
        """JSON of an answered form. Refuses with `EsiaDown` or `EsiaRefused`."""
        return await self.ask("POST", self.url + path, data=form)
