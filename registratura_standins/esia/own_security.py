"""Sign-in of an account: the password, the second step, the sessions in other browsers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import openings, sessions, totp
from registratura_standins.esia.browsers import typed, typed_fields
from registratura_standins.esia.cookies import forget_cookie
from registratura_standins.esia.database import Connection
from registratura_standins.esia.forms import METHODS, ChangedPasswordForm, SecondStepForm
from registratura_standins.esia.owners import Owner
from registratura_standins.esia.pages import page, today_of
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.sessions import Session

AnyRequest = Request[Any, Any, Any]


@get("/account/password", name="own_password")
async def show_password(db: Connection, owner: Owner, now: datetime) -> Response[Any]:
    """The present password and a new one."""
    return await _show_password(db, ChangedPasswordForm(None, today_of(now)))


@post("/account/password", status_code=303)
async def change_password(
    request: AnyRequest, db: Connection, owner: Owner, provider: Provider, now: datetime
) -> Response[Any]:
    """Every session ends, this one too: the new password is asked at once."""
    form = ChangedPasswordForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show_password(db, form, status=422)
    if not await openings.is_password_of(db, owner.account, form.present.data or "", now):
        form.refuse("present", openings.WRONG_PRESENT)
        return await _show_password(db, form, status=422)
    await openings.set_password(db, owner.account.oid, form.values["password"])
    cookies = [forget_cookie(provider.settings, "session")]
    return Redirect("/recovery/done", status_code=303, cookies=cookies)


@get("/account/second-step", name="second_step")
async def show_second_step(db: Connection, owner: Owner, now: datetime) -> Response[Any]:
    """What may be asked after the password."""
    form = SecondStepForm({"method": owner.account.second_step or ""}, today_of(now))
    return await _show_second_step(db, form)


@post("/account/second-step", status_code=303)
async def choose_second_step(
    request: AnyRequest, db: Connection, owner: Owner, now: datetime
) -> Response[Any]:
    """SMS and nothing at once; an application is set up first."""
    form = SecondStepForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show_second_step(db, form, status=422)
    if not await openings.is_password_of(db, owner.account, form.present.data or "", now):
        form.refuse("present", openings.WRONG_PRESENT)
        return await _show_second_step(db, form, status=422)
    method = form.values["method"] or None
    if method == "sms" and not owner.find_contact("MBT"):
        form.refuse("method", "Сначала укажите мобильный телефон")
        return await _show_second_step(db, form, status=422)
    if method == "totp":
        await totp.offer_secret(db, owner.account.oid)
        return Redirect("/account/second-step/app", status_code=303)
    await openings.set_second_step(db, owner.account.oid, method)
    return Redirect("/account", status_code=303)


@get("/account/second-step/app", name="enrolment")
async def show_enrolment(db: Connection, owner: Owner) -> Response[Any]:
    """The secret as a picture and as text; the first code proves that it was taken over."""
    return await _show_enrolment(db, owner)


@post("/account/second-step/app", status_code=303)
async def enrol(request: AnyRequest, db: Connection, owner: Owner, now: datetime) -> Response[Any]:
    """From now on codes of the application are asked."""
    code = typed(await request.form(), "code")
    if not await totp.take_secret(db, owner.account.oid, code, now):
        return await _show_enrolment(db, owner, status=422)
    return Redirect("/account", status_code=303)


@post("/account/sessions/end", status_code=303)
async def end_sessions(db: Connection, session: Session | None, provider: Provider) -> Redirect:
    """«Выйти на всех устройствах», this one too."""
    if session is not None:
        await sessions.end_all(db, session.oid)
    cookies = [forget_cookie(provider.settings, "session")]
    return Redirect("/login", status_code=303, cookies=cookies)


@post("/account/sessions/end-one", status_code=303)
async def end_session(request: AnyRequest, db: Connection, owner: Owner) -> Redirect:
    """Sign out of one browser; another's session is none of ours."""
    try:
        sid = UUID(typed(await request.form(), "sid"))
    except ValueError:
        return Redirect("/account", status_code=303)
    await sessions.end_one(db, owner.account.oid, sid)
    return Redirect("/account", status_code=303)


async def _show_password(
    db: Connection, form: ChangedPasswordForm, status: int = 200
) -> Response[Any]:
    return await page(
        db,
        "password.html",
        status=status,
        form=form,
        path="/account/password",
        heading="Смена пароля",
        button="Сменить пароль",
        cancel="/account",
    )


async def _show_second_step(
    db: Connection, form: SecondStepForm, status: int = 200
) -> Response[Any]:
    return await page(db, "second_step.html", status=status, form=form, methods=METHODS)


async def _show_enrolment(db: Connection, owner: Owner, status: int = 200) -> Response[Any]:
    login = owner.find_contact("MBT") or owner.account.full_name
    offer = await totp.find_offer(db, owner.account.oid, login)
    if offer is None:
        return Redirect("/account/second-step", status_code=303)
    return await page(db, "enrolment.html", status=status, offer=offer, failed=status == 422)
