"""PKCE: the challenge of the request to sign on, the verifier of the exchange (RFC 7636, S256)."""

import hashlib
import re
from collections.abc import Mapping
from secrets import compare_digest

from registratura_ground.signing import b64url
from registratura_standins.esia.faults import Fault

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


def read_challenge(asked: Mapping[str, str]) -> str | None:
    """The challenge, if the client gave one. Refuses 007003 any method but S256."""
    challenge = asked.get("code_challenge", "").rstrip("=")
    if not challenge:
        return None
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise Fault("007003")
    return challenge


def check_verifier(challenge: str | None, verifier: str) -> None:
    """Refuses 007039 a verifier without a challenge, 007040 one that does not match it."""
    if challenge is None:
        if verifier:
            raise Fault("007039")
        return
    made = b64url(hashlib.sha256(verifier.encode("utf-8", "replace")).digest())
    if not _VERIFIER.fullmatch(verifier) or not compare_digest(made, challenge):
        raise Fault("007040")
