"""Pages of a code that proves a telephone or an e-mail: typed, sent again; the same for all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import challenges, throttle
from registratura_standins.esia.browsers import address_of, cookie_of, typed
from registratura_standins.esia.challenges import Challenge, Proof
from registratura_standins.esia.cookies import make_cookie
from registratura_standins.esia.database import Connection
from registratura_standins.esia.pages import page
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.spellings import format_phone

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class _Way:
    """Where a purpose begins, has its code page, and goes on; `shown`: the target may be told."""

    purpose: str
    start: str
    path: str
    onward: str
    shown: bool = True


_WAYS = {
    way.path: way
    for way in (
        _Way("registration", "/registration", "/registration/code", "/registration/password"),
        _Way("recovery", "/recovery", "/recovery/code", "/recovery/password", shown=False),
        _Way("contact", "/account/contact", "/account/contact/code", "/account/contact/save"),
        _Way("child", "/account", "/account/children/code", "/account/children/password"),
    )
}
_PATHS = list(_WAYS)


async def begin(
    request: AnyRequest, db: Connection, provider: Provider, proof: Proof, now: datetime
) -> Redirect | None:
    """Send a code and lead to its page. None: too many were sent."""
    challenge_id = await challenges.start_challenge(db, proof, address_of(request), now)
    if challenge_id is None:
        return None
    path = next(way.path for way in _WAYS.values() if way.purpose == proof.purpose)
    cookie = make_cookie(provider.settings, "proof", challenge_id)
    return Redirect(path, status_code=303, cookies=[cookie])


async def find_proven(
    request: AnyRequest, db: Connection, provider: Provider, purpose: str, now: datetime
) -> Challenge | None:
    """What this browser has proven for this purpose."""
    challenge_id = cookie_of(request, provider, "proof")
    found = await challenges.find_challenge(db, challenge_id, purpose, now)
    return found if found and found.proven else None


async def spend(request: AnyRequest, db: Connection, provider: Provider) -> bool:
    """Once only; False if another request was faster."""
    return await challenges.end_challenge(db, cookie_of(request, provider, "proof") or "")


@get(_PATHS, name="proof")
async def show_proof(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The field for the code that was sent."""
    way, challenge = await _find(request, db, provider, now)
    if challenge is None:
        return Redirect(way.start, status_code=303)
    return await _show(db, way, challenge)


@post(_PATHS, status_code=303)
async def check_proof(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The right code leads on; after the third wrong one it begins anew."""
    way, challenge = await _find(request, db, provider, now)
    if challenge is None:
        return Redirect(way.start, status_code=303)
    code = typed(await request.form(), "code")
    challenge_id = cookie_of(request, provider, "proof") or ""
    subject = challenges.subject_of(challenge.purpose, challenge.asked)
    allowed = await throttle.may_try(db, "code", subject, now)
    if allowed and await challenges.prove(db, challenge_id, code, now):
        await throttle.forget_tries(db, "code", subject)
        return Redirect(way.onward, status_code=303)
    way, challenge = await _find(request, db, provider, now)
    if challenge is None or not allowed:
        return Redirect(way.start, status_code=303)
    return await _show(db, way, challenge, status=422, failed=True)


@post([f"{path}/again" for path in _PATHS], status_code=303)
async def prove_again(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """A new code in place of the old one, unless too many were sent."""
    way, old = await _find(request, db, provider, now)
    if old is None:
        return Redirect(way.start, status_code=303)
    proof = Proof(old.purpose, old.target, old.oid, old.typed, old.code_fits, old.asked)
    answer = await begin(request, db, provider, proof, now)
    if answer is None:
        return await _show(db, way, old, status=429, too_many=True)
    await challenges.end_challenge(db, cookie_of(request, provider, "proof") or "")
    return answer


async def _find(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> tuple[_Way, Challenge | None]:
    way = _WAYS[request.scope["path"].rstrip("/").removesuffix("/again")]
    challenge_id = cookie_of(request, provider, "proof")
    found = await challenges.find_challenge(db, challenge_id, way.purpose, now)
    return way, None if found and found.proven else found


async def _show(
    db: Connection,
    way: _Way,
    challenge: Challenge,
    status: int = 200,
    failed: bool = False,
    too_many: bool = False,
) -> Response[Any]:
    return await page(
        db,
        "proof.html",
        status=status,
        path=way.path,
        target=format_phone(challenge.target) if way.shown else "",
        tries_left=challenge.tries_left,
        failed=failed,
        too_many=too_many,
    )
