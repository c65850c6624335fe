"""A portal written from the protocol's sheet alone: signs with `cryptography`, no code of ours."""

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from tests.esia_standin.browser import Browser

SCOPE = (
    "openid fullname birthdate gender snils medical_doc email mobile "
    "kid_fullname kid_birthdate kid_gender kid_snils kid_birth_cert_doc kid_medical_doc"
)
REDIRECT = "http://127.0.0.1:8000/signin/done"


def stamp(moment: datetime | None = None) -> str:
    """`2025.12.29 17:47:23 +0000`."""
    return f"{moment or datetime.now(UTC):%Y.%m.%d %H:%M:%S %z}"


@dataclass(frozen=True)
class Portal:
    """One client system with its key."""

    mnemonic: str
    esia_url: str
    key: rsa.RSAPrivateKey
    certificate_pem: str
    certificate_hash: str

    def sign(self, text: str) -> str:
        """base64url of the raw RS256 signature."""
        raw = self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def ask(self, **changes: str) -> dict[str, str]:
        """Fields of v2/ac. A change is signed too, unless it is of `client_secret` itself."""
        fields = {
            "client_id": self.mnemonic,
            "client_certificate_hash": self.certificate_hash,
            "redirect_uri": REDIRECT,
            "scope": SCOPE,
            "scope_org": "",
            "response_type": "code",
            "state": str(uuid4()),
            "timestamp": stamp(),
            "access_type": "offline",
            **changes,
        }
        order = ("client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri")
        secret = self.sign("".join(fields.get(name, "") for name in order))
        return {"client_secret": secret, **fields}

    def ask_url(self, **changes: str) -> str:
        """Address of «Войти через ЕСИА»."""
        return f"/aas/oauth2/v2/ac?{urlencode(self.ask(**changes))}"

    def token_request(self, **changes: str) -> dict[str, str]:
        """Fields of v3/te for a code or a refresh token."""
        fields = {
            "client_id": self.mnemonic,
            "client_certificate_hash": self.certificate_hash,
            "redirect_uri": REDIRECT,
            "scope": "openid",
            "state": str(uuid4()),
            "timestamp": stamp(),
            "token_type": "Bearer",
            "grant_type": "authorization_code",
            **changes,
        }
        order = ["client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri"]
        if fields["grant_type"] == "authorization_code":
            order.append("code")
        secret = self.sign("".join(fields.get(name, "") for name in order))
        return {"client_secret": secret, **fields}


async def exchange(backend: httpx.AsyncClient, fields: dict[str, str]) -> httpx.Response:
    """POST to v3/te."""
    return await backend.post("/aas/oauth2/v3/te", data=fields)


async def read(
    backend: httpx.AsyncClient, token: str, path: str, **query: str
) -> tuple[int, dict[str, Any]]:
    """GET of the profile: status and body."""
    answer = await backend.get(path, params=query, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json()


def answered(answer: httpx.Response) -> dict[str, str]:
    """Fields that came back to the portal's address."""
    location = answer.headers["location"]
    assert location.startswith(REDIRECT), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def make_portal(mnemonic: str, esia_url: str) -> Portal:
    """A portal with a new key and certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, mnemonic)])
    made_at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made_at - timedelta(days=1))
        .not_valid_after(made_at + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    return Portal(
        mnemonic,
        esia_url,
        key,
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        hashlib.sha256(der).hexdigest().upper(),
    )


async def published_key(backend: httpx.AsyncClient) -> RSAKey:
    """The key of the certificate that ЕСИА hands out."""
    packed = (await backend.get("/public/esia.zip")).content
    pem = zipfile.ZipFile(io.BytesIO(packed)).read("RSA/esia.crt")
    assert pem == (await backend.get("/public/esia.pem")).content
    public = x509.load_pem_x509_certificate(pem).public_key()
    return RSAKey.import_key(public)  # type: ignore[arg-type]


def read_token(token: str, key: RSAKey) -> jwt.Token:
    """Verify and open a token."""
    registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    return jwt.decode(token, key, registry=registry)


async def refused(backend: httpx.AsyncClient, fields: dict[str, str]) -> str:
    """Six digits of the code with which v3/te refuses; shape of the answer included."""
    answer = await exchange(backend, fields)
    assert answer.status_code == 400
    body: dict[str, Any] = answer.json()
    assert body.get("state") == (fields.get("state") or None)
    expected = {"007011": "invalid_grant", "007053": "access_denied"}
    code = str(body["error_description"]).removeprefix("ESIA-").partition(":")[0]
    assert body["error"] == expected.get(code, body["error"])
    return code


def refresh_request(portal: Portal, tokens: dict[str, str], **changes: str) -> dict[str, str]:
    """Fields of v3/te for a refresh token."""
    return portal.token_request(
        grant_type="refresh_token", refresh_token=tokens["refresh_token"], **changes
    )


async def get_code(
    browser: Browser, portal: Portal, login: str = "maria@example.org", **changes: str
) -> str:
    """A fresh code for the portal."""
    return answered(await browser.sign_on(portal.ask_url(**changes), login))["code"]
