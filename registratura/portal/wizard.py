"""The wizard of booking: for whom it runs, and its addresses, each of which carries the patient."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from litestar.di import Provide

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
        return Asking(self.patient, CHANNEL, now, self.referral)

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
    chosen = moved.patient_id if moved else patient or visitor.patient.id
    whom = await patients.get_for(db, account, chosen, now=now, zone=zone)
    by = await referrals.get(db, whom, referral) if referral else None
    return Wizard(whom, today, moved or None, by)


BOOKING = {"booking": Provide(start)}
"""A handler with these dependencies may ask for `booking: Wizard`."""
