"""Page of the second step: the code of an SMS or of an application."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import factors, throttle
from registratura_standins.esia.authorisations import read_ask
from registratura_standins.esia.browsers import cookie_of, typed
from registratura_standins.esia.database import Connection
from registratura_standins.esia.entering import enter
from registratura_standins.esia.factors import SecondStep
from registratura_standins.esia.login import login_page
from registratura_standins.esia.pages import page
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.spellings import mask_phone

AnyRequest = Request[Any, Any, Any]


@get("/login/code", name="code")
async def show_code(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The field for the code that is awaited."""
    step = await factors.find_second_step(db, cookie_of(request, provider, "step"), now)
    if step is None:
        return Redirect("/login", status_code=303)
    return await _show(db, step)


@post("/login/code", status_code=200)
async def check_code(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The right code signs in; after the third wrong one the password is asked again."""
    step_id = cookie_of(request, provider, "step") or ""
    step = await factors.find_second_step(db, step_id, now)
    if step is None:
        return Redirect("/login", status_code=303)
    ask = str(step.authorisation_id or "")
    code = typed(await request.form(), "code")
    if await is_code_right(db, step_id, step, code, now):
        asked = await read_ask(db, ask, now)
        return await enter(request, db, provider, step.oid, step.proven, asked, now)
    step = await factors.find_second_step(db, step_id, now)
    if step is None:
        return await login_page(db, await read_ask(db, ask, now), failed=True)
    return await _show(db, step, status=422, failed=True)


@post("/login/code/again", status_code=303)
async def send_code_again(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """A new code by SMS, unless five were sent in a quarter of an hour."""
    step_id = cookie_of(request, provider, "step") or ""
    step = await factors.find_second_step(db, step_id, now)
    if step is None:
        return Redirect("/login", status_code=303)
    if not await factors.send_code(db, step_id, step, now):
        return await _show(db, step, status=429, too_many=True)
    return Redirect("/login/code", status_code=303)


@post("/login/code/app", status_code=303)
async def ask_app(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """A code of the application instead of an SMS."""
    step_id = cookie_of(request, provider, "step") or ""
    step = await factors.find_second_step(db, step_id, now)
    if step is None:
        return Redirect("/login", status_code=303)
    await factors.ask_app(db, step_id, step)
    return Redirect("/login/code", status_code=303)


async def is_code_right(
    db: Connection, step_id: str, step: SecondStep, code: str, now: datetime
) -> bool:
    """Whether the code signs in; an account has six tries in a quarter of an hour, then the step
    is over."""
    if not await throttle.may_try(db, "code", str(step.oid), now):
        await factors.end_second_step(db, step_id)
        return False
    if not await factors.check_code(db, step_id, code, now):
        return False
    await throttle.forget_tries(db, "code", str(step.oid))
    return True


async def _show(
    db: Connection,
    step: SecondStep,
    status: int = 200,
    failed: bool = False,
    too_many: bool = False,
) -> Response[Any]:
    return await page(
        db,
        "code.html",
        status=status,
        step=step,
        phone=mask_phone(step.phone),
        failed=failed,
        too_many=too_many,
    )
