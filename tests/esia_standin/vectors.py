"""Fixed vectors of v2 and v3: requests, strings to sign, hashes and signatures of both modes.

Written from the protocol's sheet with the `openssl` program alone; the keys were thrown away.
`python -m tests.esia_standin.vectors` writes `vectors.json` anew, with new keys.
"""

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

from tests.ground.openssl import Bench, bench

FILE = Path(__file__).with_name("vectors.json")
DIGESTS = {"rsa": "sha256", "gost": "md_gost12_256"}
ALGORITHMS = {"rsa": "RS256", "gost": "GOST3410_2012_256"}
ISSUED_AT = 1_795_514_400  # 2026-11-24 10:00:00 UTC
OID = 1_000_299_654
FIELDS = {
    "client_id": "REG40",
    "scope": (
        "openid fullname birthdate gender snils medical_doc email mobile "
        "kid_fullname kid_birthdate kid_gender kid_snils kid_birth_cert_doc kid_medical_doc"
    ),
    "scope_org": "",
    "timestamp": "2026.11.24 10:00:00 +0000",
    "state": "5f1c7a52-7d0e-4f0c-9a53-0c1a3c1f2b4d",
    "redirect_uri": "http://127.0.0.1:8000/signin/done",
}
SYSTEM_SCOPE = "prm_chg?oid=1000299654"
REFRESH_TOKEN = "0b1c5f0e-3a39-4d6a-9c57-0e6e7ad5a001"
CODE = "eyJ2ZXIiOjF9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl"
# The sheet's order, written out once more by hand: the code under test has its own.
STRINGS = {
    "ac": (
        FIELDS["client_id"] + FIELDS["scope"] + FIELDS["scope_org"] + FIELDS["timestamp"]
        + FIELDS["state"] + FIELDS["redirect_uri"]
    ),
    "code": (
        FIELDS["client_id"] + FIELDS["scope"] + FIELDS["scope_org"] + FIELDS["timestamp"]
        + FIELDS["state"] + FIELDS["redirect_uri"] + CODE
    ),
    "credentials": (
        FIELDS["client_id"] + SYSTEM_SCOPE + FIELDS["timestamp"] + FIELDS["state"]
        + FIELDS["redirect_uri"]
    ),
    "refresh by token": (
        FIELDS["client_id"] + FIELDS["scope"] + FIELDS["timestamp"] + FIELDS["state"]
        + REFRESH_TOKEN
    ),
    "v1 order": FIELDS["scope"] + FIELDS["timestamp"] + FIELDS["client_id"] + FIELDS["state"],
    "scope first": (
        FIELDS["scope"] + FIELDS["client_id"] + FIELDS["scope_org"] + FIELDS["timestamp"]
        + FIELDS["state"] + FIELDS["redirect_uri"]
    ),
    "state before time": (
        FIELDS["client_id"] + FIELDS["scope"] + FIELDS["scope_org"] + FIELDS["state"]
        + FIELDS["timestamp"] + FIELDS["redirect_uri"]
    ),
    "code before redirect": (
        FIELDS["client_id"] + FIELDS["scope"] + FIELDS["scope_org"] + FIELDS["timestamp"]
        + FIELDS["state"] + CODE + FIELDS["redirect_uri"]
    ),
}  # fmt: skip
TOKENS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "access": (
        {"ver": 1, "typ": "JWT", "sbt": "access"},
        {
            "nbf": ISSUED_AT,
            "iat": ISSUED_AT,
            "exp": ISSUED_AT + 3600,
            "iss": "http://esia.gosuslugi.ru/",
            "client_id": "REG40",
            "urn:esia:sid": "0b1c5f0e-3a39-4d6a-9c57-0e6e7ad5a001",
            "urn:esia:sbj_id": OID,
            "scope": f"openid fullname?oid={OID}",
        },
    ),
    "id": (
        {"ver": 0, "typ": "JWT", "sbt": "id"},
        {
            "aud": "REG40",
            "sub": OID,
            "nbf": ISSUED_AT,
            "iat": ISSUED_AT,
            "exp": ISSUED_AT + 10800,
            "auth_time": ISSUED_AT,
            "amr": "PWD",
            "iss": "http://esia.gosuslugi.ru/",
            "urn:esia:sid": "0b1c5f0e-3a39-4d6a-9c57-0e6e7ad5a001",
            "urn:esia:sbj": {
                "urn:esia:sbj:typ": "P",
                "urn:esia:sbj:is_tru": True,
                "urn:esia:sbj:oid": OID,
                "urn:esia:sbj:nam": f"OID.{OID}",
                "urn:esia:sbj:lvl": "PR",
            },
        },
    ),
}


def load(mode: str) -> dict[str, Any]:
    """The vectors of this mode."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))[mode]
    return found


def _make(mode: str, folder: Path) -> dict[str, Any]:
    program = bench(folder, DIGESTS[mode])
    program.make_identity(days=36_500)  # the tests look at dates
    return {
        "certificate": program.read("crt").decode(),
        "certificate_hash": program.certificate_hash(),
        "signatures": {name: _spell(program.sign(text.encode())) for name, text in STRINGS.items()},
        "tokens": {
            kind: _token(program, {**header, "alg": ALGORITHMS[mode]}, claims)
            for kind, (header, claims) in TOKENS.items()
        },
    }


def _token(program: Bench, header: dict[str, Any], claims: dict[str, Any]) -> str:
    text = ".".join(_spell(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{_spell(program.sign(text.encode()))}"


def _spell(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def main() -> None:
    """Write the file anew."""
    with tempfile.TemporaryDirectory() as folder:
        made = {mode: _make(mode, Path(folder, mode)) for mode in DIGESTS}
    text = json.dumps({"strings": STRINGS, **made}, ensure_ascii=False, indent=1)
    FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
