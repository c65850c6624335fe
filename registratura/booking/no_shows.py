"""The rule of missed visits: off unless a clinic sets it, and then visible to the patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from registratura import db as database
from registratura.booking.rulebook import Rules
from registratura.booking.sight import SEEN, sight
from registratura.db import Connection
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Standing:
    """How many visits were missed of how many, until when self-booking rests, what is forgotten."""

    missed: int
    limit: int
    paused_until: datetime | None
    forgotten_at: datetime | None  # when the oldest counted one is counted no more

    @property
    def next_one_pauses(self) -> bool:
        """Whether one more missed visit would pause self-booking."""
        return self.paused_until is None and 0 < self.limit == self.missed + 1


def judge(missed: Sequence[datetime], rules: Rules, now: datetime) -> Standing:
    """Counts the visits missed within the days of the rules; a limit of 0 counts none."""
    if not rules.no_show_limit:
        return Standing(0, 0, None, None)
    remembered = timedelta(days=rules.no_show_days)
    counted = sorted(at for at in missed if at > now - remembered)
    if not counted:
        return Standing(0, rules.no_show_limit, None, None)
    until = counted[-1] + timedelta(days=rules.no_show_pause_days)
    paused = len(counted) >= rules.no_show_limit and until > now
    return Standing(
        len(counted), rules.no_show_limit, until if paused else None, counted[0] + remembered
    )


async def get_standing(
    db: Connection, patient: Patient, account_id: object, rules: Rules, *, now: datetime
) -> Standing:
    """The patient's standing as this account may see it: from the visits that it may see.

    Asks the database only where the rule is on.
    """
    if not rules.no_show_limit:
        return judge((), rules, now)
    missed = await database.value(
        db,
        """
        select array_agg(starts_at) from appointment
        where patient_id in (select id from person where %(patient)s in (id, joined_into))
          and state = 'not_arrived'
          and starts_at > %(since)s and
        """
        + SEEN,
        patient=patient.person_id,
        since=now - timedelta(days=rules.no_show_days),
        **sight(patient, account_id),
    )
    return judge(missed or (), rules, now)
