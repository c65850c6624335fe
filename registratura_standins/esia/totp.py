"""Codes of an application (RFC 6238): enrolment, and each code once."""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

import pyotp
import segno

from registratura_standins.esia.database import Connection, execute, find, value

STEP = 30  # seconds
ISSUER = "ESIA"  # in Latin letters: others would make the picture twice as dense
_EARLIER_OR_LATER = 1  # steps that clocks may differ by


@dataclass(frozen=True)
class Offer:
    """A secret to be set up: as text to type in, and as a picture for a camera (SVG)."""

    secret: str
    picture: str


async def offer_secret(db: Connection, oid: int) -> None:
    """A new secret that waits to be set up."""
    await execute(
        db,
        "update account set totp_offered = %(made)s where oid = %(oid)s",
        oid=oid,
        made=pyotp.random_base32(),
    )


async def find_offer(db: Connection, oid: int, login: str) -> Offer | None:
    """The secret that waits to be set up."""
    secret: str | None = await value(
        db, "select totp_offered from account where oid = %(oid)s", oid=oid
    )
    if secret is None:
        return None
    uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    picture = segno.make(uri, error="m").svg_inline(border=4, omitsize=True, lineclass=None)
    return Offer(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), picture)


async def take_secret(db: Connection, oid: int, code: str, now: datetime) -> bool:
    """From now on codes of the offered secret are asked. False: the code is not of it, or
    another was offered meanwhile."""
    secret = await value(db, "select totp_offered from account where oid = %(oid)s", oid=oid)
    step = _step_of(secret, code, now) if secret else None
    if step is None:
        return False
    taken = await execute(
        db,
        """
        update account set totp_secret = totp_offered, totp_offered = null, totp_used = %(step)s,
            second_step = 'totp'
        where oid = %(oid)s and totp_offered = %(secret)s
        """,
        oid=oid,
        secret=secret,
        step=step,
    )
    return taken == 1


@dataclass(frozen=True)
class _Secret:
    totp_secret: str | None


async def check_totp(db: Connection, oid: int, code: str, now: datetime) -> bool:
    """True, once, for a code of this half-minute or of its neighbours."""
    found = await find(db, _Secret, "select totp_secret from account where oid = %(oid)s", oid=oid)
    step = _step_of(found.totp_secret, code, now) if found and found.totp_secret else None
    if step is None:
        return False
    used = await execute(
        db,
        """
        update account set totp_used = %(step)s
        where oid = %(oid)s and coalesce(totp_used, 0) < %(step)s
        """,
        oid=oid,
        step=step,
    )
    return used == 1


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which half-minute near `now` the code is of."""
    codes, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    near = range(present - _EARLIER_OR_LATER, present + _EARLIER_OR_LATER + 1)
    return next((step for step in near if compare_digest(codes.generate_otp(step), digits)), None)
