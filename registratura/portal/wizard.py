"""The wizard of booking: for whom it runs, and its addresses, each of which carries the patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import ValidationException
from litestar.params import Body

from registratura.booking import referrals, visits
from registratura.booking.model import Channel
from registratura.booking.offers import Asking
from registratura.booking.referrals import Referral
from registratura.booking.visits import Visit
from registratura.db import Connection
from registratura.people import patients
from registratura.people.ages import full_years
from registratura.people.patients import Patient
from registratura.settings import Settings
from registratura.web import Visitor
from registratura.web.dates import region_day

CHANNEL = Channel.PORTAL


@dataclass(frozen=True)
class Wizard:
    """A booking under way. `patient` is None until somebody signs in."""

    patient: Patient | None
    today: date
    replaced: Visit | None = None  # the visit that is moved
    referral: Referral | None = None  # the one by which the patient comes
    moved_referral: Referral | None = None  # the one of the visit that is moved: it goes along

    @property
    def known_patient(self) -> Patient:
        """The patient of somebody who signed in; a guard has let nobody else here."""
        if self.patient is None:
            raise ValueError("booking: a wizard without a patient")
        return self.patient

    @property
    def age(self) -> int | None:
        """The patient's full years today."""
        return full_years(self.patient.birth_date, self.today) if self.patient else None

    @property
    def sex(self) -> str | None:
        """The patient's sex."""
        return self.patient.sex if self.patient else None

    def asking(self, now: datetime) -> Asking:
        """Who looks around, for the engine's searches."""
        return Asking(self.patient, CHANNEL, now, self.referral or self.moved_referral)

    def url(self, path: str, **query: object) -> str:
        """The address with the patient in it: a switch in another tab changes nothing here."""
        if self.patient:
            query["patient"] = self.patient.person_id
        if self.replaced:
            query["replaces"] = self.replaced.id
        if self.referral:
            query["referral"] = self.referral.id
        return f"{path}?{urlencode(query)}" if query else path


async def start(
    db: Connection,
    visitor: Visitor | None,
    now: datetime,
    settings: Settings,
    patient: UUID | None = None,
    replaces: UUID | None = None,
    referral: UUID | None = None,
) -> Wizard:
    """The wizard of this request: of the patient in its address, else of the one chosen.

    With `replaces` it moves that visit, and its patient stays. Refuses with `NotYourPatient`,
    `AppointmentUnknown` and `ReferralUnknown`. Nobody signed in: a wizard without a patient, to
    look around.
    """
    zone = settings.region_zone
    today = region_day(now, zone)
    if visitor is None:
        return Wizard(None, today)
    account = visitor.account_id
    moved = replaces and await visits.get_for(db, account, replaces, now=now, region_zone=zone)
    chosen = moved.patient_id if moved else patient or visitor.patient.person_id
    whom = await patients.get_for(db, account, chosen, now=now, zone=zone)
    by = await referrals.get(db, whom, referral) if referral else None
    moved_by = await referrals.find_of_visit(db, moved.id) if moved else None
    return Wizard(whom, today, moved or None, by, moved_by)


BOOKING = {"booking": Provide(start)}
"""A handler with these dependencies may ask for `booking: Wizard`."""

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


def uuid_in(form: Mapping[str, str], name: str) -> UUID:
    """A field that a page of ours wrote. Refuses a form that none of them did."""
    try:
        return UUID(form[name])
    except (KeyError, ValueError):
        raise ValidationException(f"field {name}") from None


async def _of_a_form(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Form
) -> Wizard:
    replaces = uuid_in(data, "replaces") if data.get("replaces") else None
    referral = uuid_in(data, "referral") if data.get("referral") else None
    return await start(db, visitor, now, settings, uuid_in(data, "patient"), replaces, referral)


FORM = {"booking": Provide(_of_a_form)}
"""The same for a handler of a form that was sent."""
