"""The connection to ЕСИА: where it is, who we are there, whose signatures we believe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx

from registratura.circuit import Circuit, CircuitOpen
from registratura.esia.faults import EsiaDown, EsiaRefused
from registratura.settings import Settings
from registratura_ground.signing import Signer, Verifier, open_signer, open_verifier

# Connecting is quick or hopeless; an answer may take as long as a person at a form will wait.
_TIMES = httpx.Timeout(8.0, connect=3.0)
SCOPES = (
    "openid fullname birthdate gender snils medical_doc email mobile "
    "kid_fullname kid_birthdate kid_gender kid_snils kid_birth_cert_doc kid_medical_doc"
)


@dataclass(frozen=True)
class Esia:
    """One provider and our registration there. `verifiers`: two of them while keys change, of one
    kind with `signer`."""

    url: str
    issuer: str
    mnemonic: str
    redirect_uri: str
    home: str
    signer: Signer
    verifiers: tuple[Verifier, ...]
    http: httpx.AsyncClient
    circuit: Circuit = field(default_factory=Circuit)

    @property
    def algorithm(self) -> str:
        """The one algorithm that tokens may be signed with."""
        return self.signer.algorithm

    def logout_url(self, path: str = "/") -> str:
        """Where a browser ends its ЕСИА session; ЕСИА sends it back to `path` of the portal."""
        query = urlencode({"client_id": self.mnemonic, "redirect_url": self.home + path})
        return f"{self.url}/idp/ext/Logout?{query}"

    async def get(self, path: str, access_token: str, query: Mapping[str, str]) -> Any:
        """JSON of a resource. Refuses with `EsiaDown` or `EsiaRefused`."""
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        return await self._call("GET", path, params=query, headers=headers)

    async def post(self, path: str, form: Mapping[str, str]) -> Any:
        """JSON of an answered form. Refuses with `EsiaDown` or `EsiaRefused`."""
        return await self._call("POST", path, data=form)

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = await self._answer(method, path, **options)
        body = _json(answer)
        if answer.status_code != 200:
            raise EsiaRefused(_code(body) or f"status {answer.status_code}")
        if body is None:
            raise EsiaRefused("not JSON")
        return body

    async def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            self.circuit.enter()
        except CircuitOpen as fault:
            raise EsiaDown(str(fault)) from None
        try:
            answer = await self.http.request(method, self.url + path, **options)
        except httpx.HTTPError as fault:
            self.circuit.fail()
            raise EsiaDown(type(fault).__name__) from None
        if answer.status_code >= 500:
            self.circuit.fail()
            raise EsiaDown(f"status {answer.status_code}")
        self.circuit.succeed()
        return answer


def open_esia(settings: Settings) -> Esia:
    """The client that these settings describe. Refuses with `OSError` or `ValueError` where a
    key or certificate is missing or broken."""
    home = settings.public_url.rstrip("/")
    return Esia(
        url=settings.esia_url.rstrip("/"),
        issuer=settings.esia_issuer,
        mnemonic=settings.esia_mnemonic,
        redirect_uri=f"{home}/signin/done",
        home=home,
        signer=open_signer(
            settings.esia_mode,
            settings.esia_key_file.read_bytes(),
            settings.esia_certificate_file.read_bytes(),
        ),
        verifiers=tuple(
            open_verifier(settings.esia_mode, file.read_bytes())
            for file in settings.esia_trusted_files
        ),
        # One more try where no connection came about; what was sent is never sent again.
        http=httpx.AsyncClient(
            timeout=_TIMES,
            transport=httpx.AsyncHTTPTransport(retries=1),
            trust_env=False,
            follow_redirects=False,
        ),
    )


def _json(answer: httpx.Response) -> Any:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        return answer.json()
    except ValueError:
        return None


def _code(body: Any) -> str | None:
    """The code that begins an error's description: `ESIA-007011`."""
    if not isinstance(body, dict):
        return None
    text = str(body.get("error_description") or body.get("code") or body.get("error") or "")
    return text.partition(":")[0].strip()[:40] or None
