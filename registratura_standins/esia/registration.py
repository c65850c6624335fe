"""A new account: name and telephone, the code that proves it, a password; then signed in."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import openings, proving
from registratura_standins.esia.authorisations import find_ask, read_ask
from registratura_standins.esia.browsers import typed_fields
from registratura_standins.esia.challenges import Proof
from registratura_standins.esia.database import Connection
from registratura_standins.esia.entering import enter
from registratura_standins.esia.forms import PasswordForm, RegistrationForm, TypedForm
from registratura_standins.esia.pages import page, today_of
from registratura_standins.esia.provider import Provider

AnyRequest = Request[Any, Any, Any]
TAKEN = "На этот телефон уже есть учётная запись"


@get("/registration", name="registration")
async def show_registration(db: Connection, now: datetime, ask: str = "") -> Response[Any]:
    """The form; a sign-on under way is not lost."""
    await read_ask(db, ask, now)
    return await _show(db, RegistrationForm(None, today_of(now)), ask)


@post("/registration", status_code=303)
async def ask_registration(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The same page follows whether the telephone is known or not: its owner is told which."""
    fields = await typed_fields(request)
    ask = fields.get("ask", "")
    await read_ask(db, ask, now)
    form = RegistrationForm(fields, today_of(now))
    if not form.validate():
        return await _show(db, form, ask, status=422)
    phone = form.values["phone"]
    taken = await openings.is_login_taken(db, phone)
    kept = {name: form.values[name] for name in ("last_name", "first_name")}
    proof = Proof("registration", phone, typed={**kept, "ask": ask}, code_fits=not taken)
    answer = await proving.begin(request, db, provider, proof, now)
    return answer or await _show(db, form, ask, status=429, too_many=True)


@get("/registration/password", name="registration_password")
async def show_first_password(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The telephone is proven: a password for the new account."""
    if not await proving.find_proven(request, db, provider, "registration", now):
        return Redirect("/registration", status_code=303)
    return await _show_password(db, PasswordForm(None, today_of(now)))


@post("/registration/password", status_code=303)
async def open_account(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The account is there, and its owner signed in."""
    proven = await proving.find_proven(request, db, provider, "registration", now)
    if proven is None:
        return Redirect("/registration", status_code=303)
    form = PasswordForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show_password(db, form, status=422)
    if not await proving.spend(request, db, provider):
        return Redirect("/login", status_code=303)
    try:
        account = await openings.open_account(
            db,
            last_name=proven.typed["last_name"],
            first_name=proven.typed["first_name"],
            phone=proven.target,
            password=form.values["password"],
            now=now,
        )
    except openings.LoginTaken:  # by whoever was faster
        form.refuse("", TAKEN)
        return await _show_password(db, form, status=409)
    asked = await find_ask(db, proven.typed["ask"], now)
    return await enter(request, db, provider, account.oid, account.password_hash, asked, now)


async def _show(
    db: Connection,
    form: RegistrationForm,
    ask: str,
    status: int = 200,
    too_many: bool = False,
) -> Response[Any]:
    return await page(db, "registration.html", status=status, form=form, ask=ask, too_many=too_many)


async def _show_password(db: Connection, form: TypedForm, status: int = 200) -> Response[Any]:
    return await page(
        db,
        "password.html",
        status=status,
        form=form,
        path="/registration/password",
        heading="Придумайте пароль",
        button="Создать учётную запись",
        cancel="",
    )
