"""The login page's calls in JSON, as scripts that sign on for schools' diaries were seen to use.

They are the same steps as the pages: what is signed on to is known by the cookie `ask`. The status
is always 200: in the original it tells nothing either, the body does.
"""

import json
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from registratura_ground.forgery import check_origin
from registratura_standins.esia import factors
from registratura_standins.esia.accounts import check_login
from registratura_standins.esia.authorisations import find_ask, read_ask
from registratura_standins.esia.browsers import address_of, cookie_of
from registratura_standins.esia.cookies import make_cookie
from registratura_standins.esia.database import Connection
from registratura_standins.esia.entering import enter, go_on
from registratura_standins.esia.factors import SecondStep
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.second_step import is_code_right
from registratura_standins.esia.sessions import Session
from registratura_standins.esia.spellings import mask_phone

AnyRequest = Request[Any, Any, Any]
Body = dict[str, Any]
_API = "/aas/oauth2/api/login"
# One way of checking a code has had several names.
_VERIFY = [f"{_API}/{name}/verify" for name in ("otp", "sms", "totp", "ttp", "mfa")]
_SKIP = [
    f"{_API}/{name}" for name in ("quiz-max/skip", "change-password/skip", "promo-mfa/fill-mfa")
]
_CODE_LENGTH = 6
_JSON = "application/json"


@get("/aas/oauth2/config", exclude_from_csrf=True, name="login_config")
async def show_config() -> Response[Body]:
    """Scripts ask for it before they sign in; what they find there is not known."""
    return _answer({})


@post(_API, status_code=200, exclude_from_csrf=True, name="login_api")
async def sign_in(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Body]:
    """`DONE`, `ENTER_MFA`, or one answer for wrong, unknown and locked."""
    _check_caller(request, provider, with_body=True)
    sent = _read(await request.body())
    login, password = (_text(sent, name) for name in ("login", "password"))
    account = await check_login(db, login, password, address_of(request), now)
    if account is None:
        return _answer({"failed": "INVALID_PASSWORD"})
    asked = await find_ask(db, cookie_of(request, provider, "ask"), now)
    if not account.second_step:
        entered = await enter(request, db, provider, account.oid, account.password_hash, asked, now)
        return _done(provider, entered)
    step_id = await factors.start_second_step(db, account, asked.id if asked else None, now)
    step = await factors.find_second_step(db, step_id, now)
    if step is None or step_id is None:
        return _answer({"failed": "INVALID_PASSWORD"})
    answer = _answer(_ask_code(step))
    answer.cookies.append(make_cookie(provider.settings, "step", step_id))
    return answer


@post(_VERIFY, status_code=200, exclude_from_csrf=True)
async def verify_code(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime, code: str = ""
) -> Response[Body]:
    """`DONE`, or `failed` with the tries that are left."""
    _check_caller(request, provider)
    step_id = cookie_of(request, provider, "step") or ""
    step = await factors.find_second_step(db, step_id, now)
    if step is None:
        return _answer({"failed": "SESSION_NOT_FOUND"})
    ask = str(step.authorisation_id or "")
    if await is_code_right(db, step_id, step, code, now):
        asked = await read_ask(db, ask, now)
        entered = await enter(request, db, provider, step.oid, step.proven, asked, now)
        return _done(provider, entered)
    left = await factors.find_second_step(db, step_id, now)
    failed = "INVALID_OTP" if step.method == "sms" else "INVALID_TTP"
    return _answer({"failed": failed, **_details(step, left.tries_left if left else 0)})


@post(_SKIP, status_code=200, exclude_from_csrf=True)
async def skip_offer(
    request: AnyRequest,
    db: Connection,
    provider: Provider,
    session: Session | None,
    now: datetime,
) -> Response[Body]:
    """The stand-in offers nothing that could be skipped: the step that is there."""
    _check_caller(request, provider)
    return await _next(request, db, provider, session, now)


@get(f"{_API}/next-step", exclude_from_csrf=True)
async def show_next_step(
    request: AnyRequest,
    db: Connection,
    provider: Provider,
    session: Session | None,
    now: datetime,
) -> Response[Body]:
    """The step that this browser is at."""
    return await _next(request, db, provider, session, now)


async def _next(
    request: AnyRequest,
    db: Connection,
    provider: Provider,
    session: Session | None,
    now: datetime,
) -> Response[Body]:
    if session is not None:
        asked = await find_ask(db, cookie_of(request, provider, "ask"), now)
        return _done(provider, await go_on(db, provider, session, asked, now))
    step = await factors.find_second_step(db, cookie_of(request, provider, "step"), now)
    return _answer(_ask_code(step) if step else {"failed": "SESSION_NOT_FOUND"})


def _check_caller(request: AnyRequest, provider: Provider, *, with_body: bool = False) -> None:
    """No page of another site may call: a browser names it, and one that does not cannot make a
    form call itself JSON. A call without a body need not name a kind."""
    check_origin(request, provider.settings.public_url)
    kind = request.headers.get("content-type", _JSON if not with_body else "")
    if kind.partition(";")[0].strip().lower() != _JSON:
        raise HTTPException(status_code=415)


def _read(body: bytes) -> Body:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _text(sent: Body, name: str) -> str:
    text = sent.get(name)
    return text if isinstance(text, str) and "\x00" not in text else ""


def _ask_code(step: SecondStep) -> Body:
    return {"action": "ENTER_MFA", **_details(step, step.tries_left)}


def _details(step: SecondStep, tries_left: int) -> Body:
    details: Body = {"code_length": _CODE_LENGTH, "verify_attempts_left": tries_left}
    if step.method == "totp":
        return {"mfa_details": {"type": "TTP", "ttp_details": details}}
    seconds = int(factors.LASTS.total_seconds())
    details |= {"phone": mask_phone(step.phone), "verify_timeout_secs": seconds}
    return {"mfa_details": {"type": "SMS", "otp_details": details}}


def _done(provider: Provider, onward: Redirect) -> Response[Body]:
    url = onward.url if "://" in onward.url else f"{provider.settings.public_url}{onward.url}"
    answer = _answer({"action": "DONE", "redirect_url": url})
    answer.cookies += onward.cookies
    return answer


def _answer(body: Body) -> Response[Body]:
    return Response(body, media_type="application/json")
