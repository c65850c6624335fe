"""A child's own account: its telephone, the code that proves it, a password."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import children, openings, proving
from registratura_standins.esia.browsers import typed_fields
from registratura_standins.esia.challenges import Challenge, Proof
from registratura_standins.esia.database import Connection
from registratura_standins.esia.forms import ChildPhoneForm, PasswordForm
from registratura_standins.esia.openings import LoginTaken
from registratura_standins.esia.own_children import get_child
from registratura_standins.esia.owners import Child, Owner
from registratura_standins.esia.pages import page, today_of
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.spellings import format_phone

AnyRequest = Request[Any, Any, Any]


@get("/account/children/{child_id:int}/account", name="child_account")
async def show_child_phone(
    db: Connection, owner: Owner, now: datetime, child_id: int
) -> Response[Any]:
    """The field for the telephone; the child's certificate must be a verified one."""
    child = get_child(owner, child_id)
    if not owner.may_open_account_of(child):
        return Redirect("/account", status_code=303)
    return await _show_phone(db, ChildPhoneForm(None, today_of(now)), child)


@post("/account/children/{child_id:int}/account", status_code=303)
async def ask_child_phone(
    request: AnyRequest,
    db: Connection,
    provider: Provider,
    owner: Owner,
    now: datetime,
    child_id: int,
) -> Response[Any]:
    """A code goes there; to whom it belongs already, other words go."""
    child = get_child(owner, child_id)
    if not owner.may_open_account_of(child):
        return Redirect("/account", status_code=303)
    form = ChildPhoneForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show_phone(db, form, child, status=422)
    phone = form.values["phone"]
    taken = await openings.is_login_taken(db, phone)
    proof = Proof(
        "child", phone, oid=owner.account.oid, typed={"child": child.id}, code_fits=not taken
    )
    answer = await proving.begin(request, db, provider, proof, now)
    return answer or await _show_phone(db, form, child, status=429, too_many=True)


@get("/account/children/password", name="child_password")
async def show_child_password(
    request: AnyRequest, db: Connection, provider: Provider, owner: Owner, now: datetime
) -> Response[Any]:
    """The telephone is proven: a password for the child."""
    proven, child = await _find(request, db, provider, owner, now)
    if proven is None or child is None:
        return Redirect("/account", status_code=303)
    return await _show_password(db, PasswordForm(None, today_of(now)), proven, child)


@post("/account/children/password", status_code=303)
async def open_child_account(
    request: AnyRequest, db: Connection, provider: Provider, owner: Owner, now: datetime
) -> Response[Any]:
    """An account of the child's level; telephone and СНИЛС sign in from now on."""
    proven, child = await _find(request, db, provider, owner, now)
    if proven is None or child is None:
        return Redirect("/account", status_code=303)
    form = PasswordForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show_password(db, form, proven, child, status=422)
    if await proving.spend(request, db, provider):
        password = form.values["password"]
        try:
            await children.open_child_account(db, child, proven.target, password, now)
        except LoginTaken:  # the telephone by whoever was faster
            form.refuse("", "Этот телефон или СНИЛС ребёнка указан в другой учётной записи")
            return await _show_password(db, form, proven, child, status=409)
    return Redirect("/account", status_code=303)


async def _find(
    request: AnyRequest, db: Connection, provider: Provider, owner: Owner, now: datetime
) -> tuple[Challenge | None, Child | None]:
    """What this owner has proven, and for which child of the list."""
    proven = await proving.find_proven(request, db, provider, "child", now)
    if proven is None or proven.oid != owner.account.oid:
        return None, None
    return proven, owner.find_child(proven.typed["child"])


async def _show_phone(
    db: Connection, form: ChildPhoneForm, child: Child, status: int = 200, too_many: bool = False
) -> Response[Any]:
    return await page(
        db, "child_phone.html", status=status, form=form, child=child, too_many=too_many
    )


async def _show_password(
    db: Connection, form: PasswordForm, proven: Challenge, child: Child, status: int = 200
) -> Response[Any]:
    return await page(
        db,
        "password.html",
        status=status,
        form=form,
        path="/account/children/password",
        heading=f"Учётная запись ребёнка: {child.first_name}",
        note=f"Телефон подтверждён, по нему ребёнок будет входить: {format_phone(proven.target)}.",
        button="Создать",
        cancel="/account",
    )
