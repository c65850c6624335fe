"""«Доступ для приложений»: tokens that the owner made, a new one shown once, closing one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.people import patients, tokens
from registratura.people.refusals import NotTyped, NotYourPatient
from registratura.people.token_refusals import TokenMadeBefore
from registratura.people.tokens import LONGEST_NAME, TERMS, Wanted
from registratura.portal.wizard import uuid_in
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, signed_in
from registratura.web.limits import check_limit
from registratura.web.visitor import relation

PAGE = "/profile/applications"
Choices = Annotated[dict[str, str | list[str]], Body(media_type=RequestEncodingType.URL_ENCODED)]
TERM_WORDS = {1: "1 день", 30: "30 дней", 90: "3 месяца", 180: "6 месяцев", 365: "1 год"}
SCOPE_WORDS = (("read", "Только видеть записи"), ("book", "Видеть, записывать и отменять"))
_AN_HOUR = 30  # tokens of an account, refused ones too
_NOTHING = Wanted(name="", scope="", patient_ids=(), days=0)


@get(PAGE, name="applications", guards=[signed_in])
async def applications(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor
) -> Template:
    """Who has access, until when, when it was used last; and the form for another."""
    return await _page(db, now, settings, visitor)


@post(PAGE, name="make_token", guards=[signed_in])
async def make(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Choices
) -> Template:
    """«Создать ключ». The page answers itself, without a redirect: only now is the token known.
    Loaded again, it sends the same form again: no second token is made, and that is told.

    404 for a patient for whom the visitor may not act, 429 for too many in an hour: each stands
    in the journals of those whom it lets be read.
    """
    wanted, key = _wanted(data), uuid_in({"key": _first(data, "key")}, "key")
    who = str(visitor.account_id)
    await check_limit(db, "token.make", who, most=_AN_HOUR, window=timedelta(hours=1), now=now)
    try:
        made = await tokens.make(
            db, visitor.account_id, wanted, key, now=now, zone=settings.region_zone
        )
    except NotTyped as refusal:
        told = [(field, fault.text) for field, fault in tokens.faults_of(wanted)]
        faults = told or [("name", refusal.text)]
        return await _page(db, now, settings, visitor, typed=wanted, faults=faults, key=key)
    except TokenMadeBefore as refusal:
        return await _page(db, now, settings, visitor, made_before=refusal.text)
    return await _page(db, now, settings, visitor, made=made)


@post(PAGE + "/{token:uuid}/revoke", name="revoke_token", guards=[signed_in])
async def revoke(token: UUID, db: Connection, now: datetime, visitor: Visitor) -> Redirect:
    """«Закрыть»: at once. 404 for a stranger's."""
    await tokens.revoke(db, visitor.account_id, token, now=now)
    return redirect(PAGE)


async def _page(
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    *,
    made: str | None = None,
    made_before: str = "",
    key: UUID | None = None,
    typed: Wanted = _NOTHING,
    faults: Sequence[tuple[str, str]] = (),
) -> Template:
    whom = await patients.search(db, visitor.account_id, now=now, zone=settings.region_zone)
    return page(
        "profile/applications.html",
        visitor=visitor,
        status=422 if faults else 409 if made_before else 200,
        tokens=await tokens.search(db, visitor.account_id, now=now),
        names={it.person_id: it.short_name for it in whom},
        whom=whom,
        relation=relation,
        made=made,
        made_before=made_before,
        key=key or uuid4(),
        typed=typed,
        faults=list(faults),
        fault=dict(faults),
        scopes=SCOPE_WORDS,
        terms=[(str(days), TERM_WORDS[days]) for days in TERMS],
        longest=LONGEST_NAME,
    )


def _wanted(data: Choices) -> Wanted:
    ticked, days = data.get("patient", []), _first(data, "days")
    return Wanted(
        name=_first(data, "name"),
        scope=_first(data, "scope"),
        patient_ids=[_person(it) for it in ([ticked] if isinstance(ticked, str) else ticked)],
        days=int(days) if days.isdecimal() and len(days) < 4 else 0,
    )


def _first(data: Choices, name: str) -> str:
    given = data.get(name, "")
    return given if isinstance(given, str) else given[0]


def _person(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotYourPatient() from None
