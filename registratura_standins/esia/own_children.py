"""Children on the account's list: added, their certificate checked, removed."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from registratura_standins.esia import children
from registratura_standins.esia.browsers import typed_fields
from registratura_standins.esia.children import NewChild
from registratura_standins.esia.database import Connection
from registratura_standins.esia.forms import SEXES, ChildForm
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
    await children.verify_certificate(db, owner.account.oid, get_child(owner, child_id).id, now)
    return Redirect("/account", status_code=303)


@post("/account/children/{child_id:int}/remove", status_code=303)
async def remove_child(db: Connection, owner: Owner, now: datetime, child_id: int) -> Redirect:
    """Off the list."""
    await children.remove_child(db, owner.account.oid, get_child(owner, child_id).id, now)
    return Redirect("/account", status_code=303)


def get_child(owner: Owner, child_id: int) -> Child:
    """The child of this owner's list; another's is nobody here (404)."""
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
