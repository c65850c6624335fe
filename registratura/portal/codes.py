"""Codes: an adult makes one on his page of holders, another enters it and may act for him."""

from datetime import datetime, timedelta

from litestar import post
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.people import invitations
from registratura.people.invitations import Terms
from registratura.people.link_refusals import InvitationUnknown
from registratura.people.refusals import RelativeNotAdded
from registratura.portal.holders import HOLDERS, Form, holders_page
from registratura.portal.relative_form import add_page, form_of
from registratura.portal.relatives import LIST
from registratura.settings import Settings
from registratura.web import Visitor, redirect, signed_in
from registratura.web.limits import TriedTooOften, check_limit

TRIES = 5  # codes that an account may enter in an hour: of ten digits nobody guesses one


@post("/profile/holders/code", name="make_code", guards=[signed_in])
async def make(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Form
) -> Template:
    """«Создать код». The page answers itself, without a redirect: only now is the code known."""
    terms = Terms(
        kinship=data.get("kinship", ""),
        acts=bool(data.get("acts")),
        sees=bool(data.get("sees")),
        months=_months(data.get("months", "")),
    )
    faults = [(field, refusal.text) for field, refusal in invitations.faults_of(terms)]
    if faults:
        return await holders_page(db, visitor, now, settings, typed=terms, faults=faults)
    made = await invitations.invite(
        db, visitor.account_id, terms, now=now, zone=settings.region_zone
    )
    return await holders_page(db, visitor, now, settings, made=made)


@post("/profile/holders/code/withdraw", name="withdraw_code", guards=[signed_in])
async def withdraw(db: Connection, now: datetime, visitor: Visitor) -> Redirect:
    """«Отменить код»."""
    await invitations.withdraw(db, visitor.account_id, now=now)
    return redirect(f"{HOLDERS}#invite")


@post("/profile/relatives/code", name="enter_code", guards=[signed_in])
async def enter(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Form
) -> Redirect | Template:
    """«Добавить по коду»: a wrong code, a late and a used one get one answer."""
    form, code = form_of({}, now, settings), data.get("code", "")[:40]
    account, hour = visitor.account_id, timedelta(hours=1)
    try:
        await check_limit(db, "invitation", str(account), most=TRIES, window=hour, now=now)
        await invitations.accept(db, account, code, now=now, zone=settings.region_zone)
    except (InvitationUnknown, TriedTooOften) as refusal:
        fault = refusal.text
        return await add_page(db, visitor, form, now, settings, code=code, code_fault=fault)
    except RelativeNotAdded as refusal:
        form.refuse("", refusal)
        return await add_page(db, visitor, form, now, settings)
    return redirect(LIST)


def _months(typed: str) -> int:
    """What was typed as a number of months; 0 for what is none."""
    return int(typed) if typed.isdecimal() and len(typed) <= 3 else 0
