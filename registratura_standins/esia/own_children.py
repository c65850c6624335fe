"""Children on the account's list: added, their certificate checked, removed, given an account."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from registratura_standins.esia import children
from registratura_standins.esia.browsers import typed_fields
from registratura_standins.esia.children import NewChild
from registratura_standins.esia.database import Connection
from registratura_standins.esia.forms import SEXES, ChildAccountForm, ChildForm
from registratura_standins.esia.openings import LoginTaken
from registratura_standins.esia.owners import Child, Owner
from registratura_standins.esia.pages import page, today_of

AnyRequest = Request[Any, Any, Any]


@get("/account/children/new", name="new_child")
async def show_new_child(db: Connection, owner: Owner, now: datetime) -> Response[Any]:
    """The form; the parent must be a confirmed one."""
    if not owner.account.trusted:
        return Redirect("/account", status_code=303)
    return await _show(db, ChildForm(None, today_of(now)))


@post("/account/children/new", status_code=303)
async def add_child(
    request: AnyRequest, db: Connection, owner: Owner, now: datetime
) -> Response[Any]:
    """On the list at once; the certificate is not checked yet."""
    form = ChildForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show(db, form, status=422)
    if owner.account.trusted:
        added = await children.add_child(db, owner.account.oid, _child(form), now)
        if added is None:
            form.refuse("", "Этот ребёнок уже есть в списке, или список полон")
            return await _show(db, form, status=409)
    return Redirect("/account", status_code=303)


@post("/account/children/{child_id:int}/verify", status_code=303)
async def verify_child(db: Connection, owner: Owner, now: datetime, child_id: int) -> Redirect:
    """The pretended answer of the register of births: the certificate is a true one."""
    await children.verify_certificate(db, owner.account.oid, _get(owner, child_id).id, now)
    return Redirect("/account", status_code=303)


@post("/account/children/{child_id:int}/remove", status_code=303)
async def remove_child(db: Connection, owner: Owner, now: datetime, child_id: int) -> Redirect:
    """Off the list."""
    await children.remove_child(db, owner.account.oid, _get(owner, child_id).id, now)
    return Redirect("/account", status_code=303)


@get("/account/children/{child_id:int}/account", name="child_account")
async def show_child_account(
    db: Connection, owner: Owner, now: datetime, child_id: int
) -> Response[Any]:
    """Telephone and password of the child's own account."""
    child = _get(owner, child_id)
    return await _show_account(db, ChildAccountForm(None, today_of(now)), child)


@post("/account/children/{child_id:int}/account", status_code=303)
async def open_child_account(
    request: AnyRequest, db: Connection, owner: Owner, now: datetime, child_id: int
) -> Response[Any]:
    """An account of the child's level."""
    child = _get(owner, child_id)
    form = ChildAccountForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show_account(db, form, child, status=422)
    values = form.values
    try:
        await children.open_child_account(db, child, values["phone"], values["password"], now)
    except LoginTaken:
        form.refuse("", "Этот телефон или СНИЛС ребёнка указан в другой учётной записи")
        return await _show_account(db, form, child, status=409)
    return Redirect("/account", status_code=303)


def _get(owner: Owner, child_id: int) -> Child:
    """The child of this owner's list; another's is nobody here."""
    child = owner.find_child(child_id)
    if child is None:
        raise NotFoundException
    return child


def _child(form: ChildForm) -> NewChild:
    values = dict(form.values)
    series, number = values.pop("certificate")
    return NewChild(**values, series=series, number=number)


async def _show(db: Connection, form: ChildForm, status: int = 200) -> Response[Any]:
    return await page(db, "new_child.html", status=status, form=form, sexes=SEXES)


async def _show_account(
    db: Connection, form: ChildAccountForm, child: Child, status: int = 200
) -> Response[Any]:
    return await page(
        db,
        "password.html",
        status=status,
        form=form,
        path=f"/account/children/{child.id}/account",
        heading=f"Учётная запись ребёнка: {child.first_name}",
        button="Создать",
        cancel="/account",
    )
