"""Consents that the owner gave: the text as it was, and taking one back."""

from datetime import datetime
from uuid import UUID

from litestar import get, post
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.people import consents
from registratura.people.consents import Consent
from registratura.portal.consent_text import find_text
from registratura.portal.signin import go_out
from registratura.web import Visitor, own_sessions, page, signed_in
from registratura.web.requests import AnyRequest

NAMES = {"portal": "Обработка персональных данных на портале"}


def consent_name(consent: Consent) -> str:
    """What the document is called on the pages."""
    return NAMES.get(consent.document, consent.document)


@get("/profile/consents/{consent:uuid}", name="own_consent", guards=[signed_in])
async def consent(consent: UUID, db: Connection, visitor: Visitor) -> Template:
    """The document as it was agreed to, when, and what taking it back would mean."""
    given = await consents.get(db, visitor.account_id, consent)
    return page(
        "profile/consent.html",
        visitor=visitor,
        consent=given,
        name=consent_name(given),
        document=find_text(given.document, given.version, given.text_sha256),
    )


@post("/profile/consents/{consent:uuid}/withdraw", name="withdraw_consent", guards=[signed_in])
async def withdraw(
    consent: UUID, request: AnyRequest, db: Connection, now: datetime, visitor: Visitor
) -> Redirect:
    """«Отозвать»: from here on nothing is processed, so every session ends at once."""
    await consents.withdraw(db, visitor.account_id, consent, now=now)
    await own_sessions.end_all(db, visitor.account_id, now=now)
    return await go_out(request, "/consent/withdrawn")


@get("/consent/withdrawn", name="consent_withdrawn")
async def withdrawn() -> Template:
    """Said to nobody in particular: whoever took his consent back is no longer signed in."""
    return page("consent/withdrawn.html", visitor=None)
