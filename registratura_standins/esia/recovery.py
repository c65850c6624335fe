"""A forgotten password: a code to the account's telephone or e-mail, and a new one."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import messages, openings, proving, throttle
from registratura_standins.esia.accounts import Account, find_account, find_by_login
from registratura_standins.esia.browsers import typed, typed_fields
from registratura_standins.esia.challenges import Proof
from registratura_standins.esia.database import Connection, value
from registratura_standins.esia.forms import PasswordForm, RecoveredForm
from registratura_standins.esia.pages import page, today_of
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.spellings import read_login

AnyRequest = Request[Any, Any, Any]


@get("/recovery", name="recovery")
async def show_recovery(db: Connection) -> Response[Any]:
    """The field for the login."""
    return await _show(db, "")


@post("/recovery", status_code=303)
async def ask_recovery(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The same page follows whether the account is known or not."""
    login = typed(await request.form(), "login")
    names = read_login(login)
    if not names:
        return await _show(db, login, status=422, failed=True)
    account = await find_by_login(db, names)
    target = await _target_of(db, account.oid if account else 0, names[0])
    oid = account.oid if account and target else None
    proof = Proof(
        "recovery", target or names[0], oid=oid, code_fits=oid is not None, asked=names[0]
    )
    answer = await proving.begin(request, db, provider, proof, now)
    return answer or await _show(db, login, status=429, too_many=True)


@get("/recovery/password", name="recovery_password")
async def show_new_password(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The code was right: a new password; whoever has a СНИЛС names it."""
    account = await _find_recovered(request, db, provider, now)
    if account is None:
        return Redirect("/recovery", status_code=303)
    return await _show_password(db, _form_for(account)(None, today_of(now)))


@post("/recovery/password", status_code=303)
async def set_new_password(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """Every session ends; wrong tries before it no longer count."""
    account = await _find_recovered(request, db, provider, now)
    if account is None:
        return Redirect("/recovery", status_code=303)
    form = _form_for(account)(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show_password(db, form, status=422)
    if not await _is_snils_right(db, account, form, now):
        form.refuse("snils", "Это не СНИЛС владельца учётной записи, или попыток было много")
        return await _show_password(db, form, status=422)
    if not await proving.spend(request, db, provider):
        return Redirect("/recovery", status_code=303)
    await openings.set_password(db, account.oid, form.values["password"])
    phone = await _target_of(db, account.oid, "")
    await messages.send(db, phone, "Пароль вашей учётной записи изменён.", now)
    return Redirect("/recovery/done", status_code=303)


@get("/recovery/done", name="recovered")
async def show_recovered(db: Connection) -> Response[Any]:
    """What happened, and the way to the login."""
    return await page(db, "recovered.html")


async def _target_of(db: Connection, oid: int, login: str) -> str:
    """Where the code goes: the contact that was typed, else the telephone, else the e-mail."""
    found: str | None = await value(
        db,
        """
        select value from contact where oid = %(oid)s and verified and type in ('MBT', 'EML')
        order by value = %(login)s desc, type desc, id limit 1
        """,
        oid=oid,
        login=login,
    )
    return found or ""


async def _find_recovered(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Account | None:
    """Whose recovery this browser has proven, by a contact that is the account's still."""
    proven = await proving.find_proven(request, db, provider, "recovery", now)
    if proven is None or proven.oid is None:
        return None
    target = await _target_of(db, proven.oid, proven.target)
    return await find_account(db, proven.oid) if target == proven.target else None


def _form_for(account: Account) -> type[PasswordForm]:
    return RecoveredForm if account.snils else PasswordForm


async def _is_snils_right(
    db: Connection, account: Account, form: PasswordForm, now: datetime
) -> bool:
    if account.snils is None:
        return True
    allowed = await throttle.may_try(db, "code", f"snils:{account.oid}", now)
    return allowed and form.values["snils"] == account.snils


async def _show(
    db: Connection, login: str, status: int = 200, failed: bool = False, too_many: bool = False
) -> Response[Any]:
    return await page(
        db,
        "recovery.html",
        status=status,
        login=login[:254],
        failed=failed,
        too_many=too_many,
    )


async def _show_password(db: Connection, form: PasswordForm, status: int = 200) -> Response[Any]:
    return await page(
        db,
        "password.html",
        status=status,
        form=form,
        path="/recovery/password",
        heading="Новый пароль",
        button="Сохранить пароль",
        cancel="",
    )
