"""«Личные данные»: what ЕСИА says of the owner, and everything that the portal keeps of him."""

from datetime import datetime
from typing import Any

from litestar import get
from litestar.response import Template

from registratura.booking import journal
from registratura.db import Connection
from registratura.notices import choices
from registratura.people import (
    accounts,
    attachments,
    consents,
    deletions,
    patients,
    phones,
    snils,
    tokens,
)
from registratura.portal import journal_words, relatives
from registratura.portal.children import search_offered
from registratura.portal.own_consents import consent_name
from registratura.portal.relative_form import SEXES
from registratura.settings import Settings
from registratura.web import Visitor, own_sessions, page, signed_in

RECENT = 5  # lines of the journal


@get("/profile", name="profile", guards=[signed_in])
async def profile(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, session_id: str
) -> Template:
    """One page about oneself; everything about others is what the owner typed."""
    zone, account = settings.region_zone, visitor.account_id
    owner = await accounts.get(db, account)
    return page(
        "profile/index.html",
        visitor=visitor,
        owner=owner,
        sexes=SEXES,
        masked_snils=snils.masked,
        phone=phones.formatted(owner.phone or ""),
        formatted_phone=phones.formatted,
        consents=await consents.search(db, account),
        consent_name=consent_name,
        letter_kinds=choices.KINDS,
        wanted=await choices.search_wanted(db, account),
        sessions=await own_sessions.search(db, account, session_id, now=now),
        deletion=await deletions.find_latest(db, account),
        children=await search_offered(db, visitor, now=now, zone=zone),
        applications=len(await tokens.search(db, account, now=now)),
        **await relatives.section(db, visitor, now=now, settings=settings),
        **await _of_the_card(db, visitor, now, zone),
    )


async def _of_the_card(
    db: Connection, visitor: Visitor, now: datetime, zone: str
) -> dict[str, Any]:
    """Where the owner and his relatives are attached; what was done with his data lately."""
    whom = await patients.search(db, visitor.account_id, now=now, zone=zone)
    return {
        "patients": whom,
        "attachments": await attachments.search_for(
            db, visitor.account_id, whom, now=now, zone=zone
        ),
        "lines": await journal.search(
            db, visitor.account_id, whom[0], now=now, zone=zone, most=RECENT
        ),
        "words": journal_words,
    }
