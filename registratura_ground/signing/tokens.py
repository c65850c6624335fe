"""base64url, and signed tokens (JWS) on top of any way of signing."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from registratura_ground.signing.interface import Signer, Verifier

LONGEST_TOKEN = 64 * 1024
_OUTSIDE_ALPHABET = re.compile(r"[^A-Za-z0-9_-]")


class BadToken(Exception):
    """A token that is malformed, of another algorithm, or not signed by a trusted key.

    Its text never holds anything of the token.
    """


def b64url(data: bytes) -> str:
    """base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    """Bytes of base64url or plain base64, padded or not. Refuses others with `ValueError`."""
    body = text.replace("+", "-").replace("/", "_").rstrip("=")
    if _OUTSIDE_ALPHABET.search(body):
        raise ValueError("not base64url")
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except binascii.Error as fault:
        raise ValueError("not base64url") from fault


async def jws_encode(header: Mapping[str, Any], claims: Mapping[str, Any], signer: Signer) -> str:
    """A compact signed token; `alg` of the header is the signer's, whatever was given."""
    parts = ({**header, "alg": signer.algorithm}, claims)
    text = ".".join(
        b64url(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode())
        for part in parts
    )
    return f"{text}.{b64url(await signer.sign(text.encode('ascii')))}"


async def jws_decode(
    token: str, verifiers: Sequence[Verifier], alg: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token signed by one of `verifiers` with the algorithm `alg`.

    `alg` is the configured one: the token's own word is only compared with it. Refuses with
    `BadToken`. Issuer, audience and times are the caller's to check.
    """
    pieces = token.split(".")
    if len(pieces) != 3 or len(token) > LONGEST_TOKEN or not token.isascii():
        raise BadToken("not a token of three parts")
    header = _json_object(pieces[0])
    if alg == "none" or header.get("alg") != alg or "crit" in header:
        raise BadToken("another algorithm than the configured one")
    try:
        signature = unb64url(pieces[2])
    except ValueError as fault:
        raise BadToken("signature is not base64url") from fault
    signed = f"{pieces[0]}.{pieces[1]}".encode("ascii")
    for verifier in verifiers:
        if verifier.algorithm == alg and await verifier.verify(signed, signature):
            return header, _json_object(pieces[1])
    raise BadToken("not signed by a trusted key")


def _json_object(piece: str) -> dict[str, Any]:
    try:
        found = json.loads(unb64url(piece))
    except (ValueError, RecursionError) as fault:
        raise BadToken("a part is not JSON") from fault
    if not isinstance(found, dict):
        raise BadToken("a part is not a JSON object")
    return found
