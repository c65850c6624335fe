"""An account rises: passport and СНИЛС are checked, then the owner is seen; the policy beside."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import levels
from registratura_standins.esia.accounts import Account
from registratura_standins.esia.browsers import typed_fields
from registratura_standins.esia.database import Connection
from registratura_standins.esia.forms import SEXES, PapersForm, PolicyForm
from registratura_standins.esia.levels import Papers
from registratura_standins.esia.openings import LoginTaken
from registratura_standins.esia.owners import Owner
from registratura_standins.esia.pages import page, today_of

AnyRequest = Request[Any, Any, Any]


@get("/account/papers", name="papers")
async def show_papers(db: Connection, owner: Owner, now: datetime) -> Response[Any]:
    """The form of a simplified account, its names filled in."""
    account = owner.account
    if account.level != "simplified":
        return Redirect("/account", status_code=303)
    known = {"last_name": account.last_name, "first_name": account.first_name}
    return await _show(db, PapersForm(known, today_of(now)))


@post("/account/papers", status_code=303)
async def send_papers(
    request: AnyRequest, db: Connection, owner: Owner, now: datetime
) -> Response[Any]:
    """Checked at once: here the authorities always agree, if the numbers are in order."""
    form = PapersForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show(db, form, status=422)
    try:
        await levels.make_standard(db, owner.account.oid, _papers(form), now)
    except LoginTaken:
        form.refuse("snils", "Этот СНИЛС указан в другой учётной записи")
        return await _show(db, form, status=409)
    return Redirect("/account", status_code=303)


@get("/account/confirm", name="confirm")
async def show_confirmation(db: Connection, owner: Owner) -> Response[Any]:
    """What a visit would be, and a button that stands for it."""
    if owner.account.level != "standard":
        return Redirect("/account", status_code=303)
    return await page(db, "confirm.html")


@post("/account/confirm", status_code=303)
async def confirm(db: Connection, owner: Owner, now: datetime) -> Redirect:
    """The pretended visit: the account is a confirmed one."""
    await levels.confirm(db, owner.account.oid, now)
    return Redirect("/account", status_code=303)


@get("/account/policy", name="policy")
async def show_policy(db: Connection, owner: Owner, now: datetime) -> Response[Any]:
    """The form with the policy that is known."""
    if not _may_have_policy(owner.account):
        return Redirect("/account", status_code=303)
    known = owner.find_document("MDCL_PLCY")
    form = PolicyForm({"policy": known.number if known else ""}, today_of(now))
    return await page(db, "policy.html", form=form)


@post("/account/policy", status_code=303)
async def save_policy(
    request: AnyRequest, db: Connection, owner: Owner, now: datetime
) -> Response[Any]:
    """Kept as typed: nobody has checked it."""
    form = PolicyForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await page(db, "policy.html", status=422, form=form)
    if _may_have_policy(owner.account):
        await levels.put_policy(db, owner.account.oid, form.values["policy"], now)
    return Redirect("/account", status_code=303)


def _may_have_policy(account: Account) -> bool:
    return account.level in ("standard", "confirmed")


def _papers(form: PapersForm) -> Papers:
    values = dict(form.values)
    series, number = values.pop("passport")
    return Papers(**values, series=series, number=number)


async def _show(db: Connection, form: PapersForm, status: int = 200) -> Response[Any]:
    return await page(db, "papers.html", status=status, form=form, sexes=SEXES)
