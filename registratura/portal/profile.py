"""«Личные данные»: what ЕСИА says of the owner, where he is attached, relatives, consents."""

from datetime import datetime

from litestar import get
from litestar.response import Template

from registratura.db import Connection
from registratura.people import (
    accounts,
    ages,
    attachments,
    consents,
    phones,
    policies,
    relatives,
    snils,
)
from registratura.people.consents import Consent
from registratura.portal.relative_form import KINSHIP, SEXES
from registratura.settings import Settings
from registratura.web import Visitor, page, signed_in
from registratura.web.dates import region_day

CONSENTS = {"portal": "Обработка персональных данных на портале"}


@get("/profile", name="profile", guards=[signed_in])
async def profile(db: Connection, now: datetime, settings: Settings, visitor: Visitor) -> Template:
    """One page about oneself; everything about others is what the owner typed."""
    zone = settings.region_zone
    today = region_day(now, zone)
    owner = await accounts.get(db, visitor.account_id)
    declared = await relatives.search(db, visitor.account_id, now=now, zone=zone)
    return page(
        "profile/index.html",
        visitor=visitor,
        owner=owner,
        attachment=await attachments.find_main(db, visitor.person_id, today),
        relatives=declared,
        mistyped={it.id for it in declared if not policies.fits_check_digit(it.policy_number)},
        consents=await consents.search(db, visitor.account_id),
        consent_name=_consent_name,
        may_add=ages.is_adult(owner.birth_date, today),
        kinship=KINSHIP,
        sexes=SEXES,
        masked_snils=snils.masked,
        policy_ending=policies.ending,
        phone=phones.formatted(owner.phone or ""),
    )


def _consent_name(consent: Consent) -> str:
    return CONSENTS.get(consent.document, consent.document)
