"""«Кто смотрел мои данные»: the journal of oneself, and of a child with a confirmed link."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from registratura.booking import journal as journals
from registratura.db import Connection
from registratura.people import patients
from registratura.portal import journal_words
from registratura.settings import Settings
from registratura.web import Visitor, page, signed_in

PAGE = 30  # lines
Before = Annotated[int | None, Parameter(ge=1, le=2**63 - 1)]


@get("/profile/journal", name="journal", guards=[signed_in])
async def journal(
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    patient: UUID | None = None,
    before: Before = None,
) -> Template:
    """Thirty lines and the way to earlier ones; 404 for anybody else's journal."""
    zone, account = settings.region_zone, visitor.account_id
    everybody = await patients.search(db, account, now=now, zone=zone)
    whose = await patients.get_for(db, account, patient or visitor.person_id, now=now, zone=zone)
    lines = await journals.search(
        db, account, whose, now=now, zone=zone, before=before, most=PAGE + 1
    )
    return page(
        "profile/journal.html",
        visitor=visitor,
        patient=whose,
        others=[it for it in everybody if it.sees and it != whose],
        lines=lines[:PAGE],
        earlier=lines[PAGE - 1].id if len(lines) > PAGE else None,
        before=before,
        words=journal_words,
    )
