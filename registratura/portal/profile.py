"""«Личные данные»: what ЕСИА says of the owner, where he is attached, relatives, consents."""

from datetime import datetime

from litestar import get
from litestar.response import Template

from registratura.db import Connection
from registratura.people import accounts, attachments, consents, phones, snils
from registratura.people.consents import Consent
from registratura.portal import relatives
from registratura.portal.relative_form import SEXES
from registratura.settings import Settings
from registratura.web import Visitor, page, signed_in
from registratura.web.dates import region_day

CONSENTS = {"portal": "Обработка персональных данных на портале"}


@get("/profile", name="profile", guards=[signed_in])
async def profile(db: Connection, now: datetime, settings: Settings, visitor: Visitor) -> Template:
    """One page about oneself; everything about others is what the owner typed."""
    today = region_day(now, settings.region_zone)
    owner = await accounts.get(db, visitor.account_id)
    return page(
        "profile/index.html",
        visitor=visitor,
        owner=owner,
        attachment=await attachments.find_main(db, visitor.person_id, today),
        consents=await consents.search(db, visitor.account_id),
        consent_name=_consent_name,
        sexes=SEXES,
        masked_snils=snils.masked,
        phone=phones.formatted(owner.phone or ""),
        **await relatives.section(db, visitor, now=now, settings=settings),
    )


def _consent_name(consent: Consent) -> str:
    return CONSENTS.get(consent.document, consent.document)
