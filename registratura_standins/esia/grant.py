"""The consent page: what a client asks for, «Разрешить» and «Отказаться»."""

from datetime import datetime
from typing import Any

from babel import Locale
from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia.authorisations import Outdated, read_ask
from registratura_standins.esia.browsers import typed
from registratura_standins.esia.consents import give_consent
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.owners import Owner, find_owner
from registratura_standins.esia.pages import page
from registratura_standins.esia.proceeding import answer_fault, proceed
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.scopes import visible_groups
from registratura_standins.esia.sessions import Session
from registratura_standins.esia.spellings import format_snils, mask_email, mask_phone

_CHILDREN = {"one": "ребёнок", "few": "ребёнка"}


@get("/consent", name="consent")
async def show_consent(
    db: Connection, session: Session | None, now: datetime, ask: str = ""
) -> Response[Any]:
    """What will be passed on, with the owner's own data beside it, the secret parts masked."""
    asked = await read_ask(db, ask, now)
    if asked is None:
        raise Outdated
    owner = await find_owner(db, session.oid) if session else None
    if owner is None:
        return Redirect(f"/login?ask={asked.id}", status_code=303)
    words = _words_of(owner)
    items = [(sign, name, words.get(name, "")) for sign, name in visible_groups(asked.all_scopes)]
    permissions = [(one, one.ends_at(now)) for one in asked.asked_permissions]
    return await page(db, "consent.html", asked=asked, items=items, permissions=permissions)


@post("/consent", status_code=303)
async def answer_consent(
    request: Request[Any, Any, Any],
    db: Connection,
    provider: Provider,
    session: Session | None,
    now: datetime,
) -> Response[Any]:
    """Remember the consent and go on; declined, the client is told 007004."""
    form = await request.form()
    asked = await read_ask(db, typed(form, "ask"), now)
    if asked is None:
        raise Outdated
    if session is None:
        return Redirect(f"/login?ask={asked.id}", status_code=303)
    if typed(form, "grant") != "1":
        return answer_fault(asked.redirect_uri, asked.state, Fault("007004"))
    await give_consent(db, session.oid, asked, now)
    return await proceed(db, provider, session, asked, now)


def _words_of(owner: Owner) -> dict[str, str]:
    account = owner.account
    policy, passport = owner.find_document("MDCL_PLCY"), owner.find_document("RF_PASSPORT")
    phone, email = owner.find_contact("MBT"), owner.find_contact("EML")
    contacts = [mask_phone(phone)] if phone else []
    contacts += [mask_email(email)] if email else []
    person = [account.full_name]
    person += [f"{account.birth_date:%d.%m.%Y}"] if account.birth_date else []
    absent = "В учётной записи не указан"
    return {
        "ФИО, пол, дата рождения": ", ".join(person),
        "СНИЛС": _ending(account.snils and format_snils(account.snils)[-5:]) or absent,
        "Паспорт": _ending(passport.number[-3:] if passport else None) or absent,
        "Полис ОМС": _ending(policy.number[-4:] if policy else None) or absent,
        "Телефон и электронная почта": ", ".join(contacts),
        "Адрес": owner.addresses[0].city if owner.addresses else absent,
        "Дети": f"ФИО, дата рождения, документы: {count_children(len(owner.children))}"
        if owner.children
        else "В учётной записи детей нет",
    }


def _ending(end: str | None) -> str:
    return f"Оканчивается на {end}" if end else ""


def count_children(children: int) -> str:
    """1 ребёнок, 2 ребёнка, 5 детей."""
    form = Locale("ru").plural_form(children)
    return f"{children} {_CHILDREN.get(form, 'детей')}"
