"""A new telephone or e-mail of an account: proven by a code, it is a login too."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import messages, openings, proving
from registratura_standins.esia.browsers import typed_fields
from registratura_standins.esia.challenges import Challenge, Proof
from registratura_standins.esia.database import Connection
from registratura_standins.esia.forms import ContactForm
from registratura_standins.esia.owners import Owner
from registratura_standins.esia.pages import page, today_of
from registratura_standins.esia.provider import Provider

AnyRequest = Request[Any, Any, Any]


@get("/account/contact", name="contact")
async def show_contact(db: Connection, owner: Owner, now: datetime) -> Response[Any]:
    """The field for a new one."""
    return await _show(db, ContactForm(None, today_of(now)))


@post("/account/contact", status_code=303)
async def ask_contact(
    request: AnyRequest, db: Connection, provider: Provider, owner: Owner, now: datetime
) -> Response[Any]:
    """A code goes there; to whom it belongs already, other words go."""
    form = ContactForm(await typed_fields(request), today_of(now))
    if not form.validate():
        return await _show(db, form, status=422)
    if not await openings.is_password_of(db, owner.account, form.present.data or "", now):
        form.refuse("present", openings.WRONG_PRESENT)
        return await _show(db, form, status=422)
    target = form.values["target"]
    taken = await openings.is_login_taken(db, target)
    proof = Proof("contact", target, oid=owner.account.oid, code_fits=not taken)
    answer = await proving.begin(request, db, provider, proof, now)
    return answer or await _show(db, form, status=429, too_many=True)


@get("/account/contact/save", name="save_contact")
async def show_proven(
    request: AnyRequest, db: Connection, provider: Provider, owner: Owner, now: datetime
) -> Response[Any]:
    """The code was right: what will be changed."""
    proven = await _find(request, db, provider, owner, now)
    if proven is None:
        return Redirect("/account/contact", status_code=303)
    return await page(db, "contact_proven.html", target=proven.target)


@post("/account/contact/save", status_code=303)
async def save_contact(
    request: AnyRequest, db: Connection, provider: Provider, owner: Owner, now: datetime
) -> Response[Any]:
    """Contact and login from now on."""
    proven = await _find(request, db, provider, owner, now)
    if proven and await proving.spend(request, db, provider):
        try:
            await openings.change_contact(db, owner.account.oid, proven.target, now)
            await _tell_the_old(db, owner, proven.target, now)
        except openings.LoginTaken:  # by whoever was faster
            form = ContactForm({"target": proven.target}, today_of(now))
            form.refuse("target", "Это уже указано в другой учётной записи")
            return await _show(db, form, status=409)
    return Redirect("/account", status_code=303)


async def _tell_the_old(db: Connection, owner: Owner, target: str, now: datetime) -> None:
    type, name = ("EML", "другая почта") if "@" in target else ("MBT", "другой телефон")
    old = owner.find_contact(type)
    if old and old != target:
        words = f"В вашей учётной записи теперь {name}. Если меняли не вы, смените пароль."
        await messages.send(db, old, words, now)


async def _find(
    request: AnyRequest, db: Connection, provider: Provider, owner: Owner, now: datetime
) -> Challenge | None:
    proven = await proving.find_proven(request, db, provider, "contact", now)
    return proven if proven and proven.oid == owner.account.oid else None


async def _show(
    db: Connection, form: ContactForm, status: int = 200, too_many: bool = False
) -> Response[Any]:
    return await page(db, "contact.html", status=status, form=form, too_many=too_many)
