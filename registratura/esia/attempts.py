"""Sign-ins under way: rows of `sign_in`, each bound to one browser and used once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from registratura.db import Connection, execute, find
from registratura_ground.signing import b64url

LASTS = timedelta(minutes=10)


@dataclass(frozen=True, repr=False)
class Attempt:
    """One sign-in. `state` travels through the provider and back, `nonce` comes back inside its
    token, `verifier` never leaves the server but to exchange the code (RFC 7636)."""

    state: str
    nonce: str
    verifier: str
    next_path: str

    @property
    def challenge(self) -> str:
        """The S256 challenge: what may be known of `verifier`."""
        return b64url(hashlib.sha256(self.verifier.encode()).digest())


@dataclass(frozen=True)
class _Kept:
    nonce: str
    verifier: str
    next_path: str


def make_browser_mark() -> str:
    """A new mark for the cookie that binds a sign-in to its browser."""
    return secrets.token_urlsafe(32)


def make_attempt(next_path: str) -> Attempt:
    """A new sign-in; every secret of it has at least 122 bits."""
    return Attempt(
        state=str(uuid4()),  # ЕСИА wants a UUID
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        next_path=next_path,
    )


async def begin(
    db: Connection, *, issuer: str, browser: str, next_path: str, now: datetime
) -> Attempt:
    """Write down a sign-in that begins, at which provider and in which browser."""
    made = make_attempt(next_path)
    await execute(
        db,
        """
        insert into sign_in (state_sha256, browser_sha256, issuer, nonce, verifier, next_path,
                             started_at)
        values (%(state)s, %(browser)s, %(issuer)s, %(nonce)s, %(verifier)s, %(next_path)s,
                %(now)s)
        """,
        state=_digest(made.state),
        browser=_digest(browser),
        issuer=issuer,
        nonce=made.nonce,
        verifier=made.verifier,
        next_path=next_path,
        now=now,
    )
    return made


async def consume(
    db: Connection, *, issuer: str, state: str, browser: str, now: datetime
) -> Attempt | None:
    """Use up the sign-in that this browser began at this provider in the last ten minutes.

    None for a state of another browser or provider, a used one, an old one, or none at all.
    """
    found = await find(
        db,
        _Kept,
        """
        delete from sign_in
         where state_sha256 = %(state)s and browser_sha256 = %(browser)s
           and issuer = %(issuer)s and started_at > %(since)s
        returning nonce, verifier, next_path
        """,
        state=_digest(state),
        browser=_digest(browser),
        issuer=issuer,
        since=now - LASTS,
    )
    return None if found is None else Attempt(state=state, **vars(found))


async def sweep(db: Connection, *, now: datetime) -> int:
    """Delete sign-ins that were never finished; how many."""
    return await execute(db, "delete from sign_in where started_at <= %(since)s", since=now - LASTS)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
