"""An offer: a slot with everything that the rules ask about it and about who wants it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura.booking.rulebook import Rules


@dataclass(frozen=True)
class Offer:
    """Read under the lock of the patient and of the slot."""

    slot_id: UUID
    post_id: UUID
    department_id: UUID
    position_id: int
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    channels: Sequence[str]
    blocked: str | None
    zone: str
    phone: str
    age_from: int
    age_to: int
    sex: str | None
    area_kind: str | None
    stands_in_for: Sequence[UUID]  # posts whose area patients it receives on that day
    self_booking: bool
    needs_referral: bool
    sensitive: bool
    merged_rules: dict[str, Any]
    card_closed: bool  # the patient has died, or his card was joined into another
    coming: int  # visits the patient has ahead, counted under his lock
    coming_seen: int  # of them, those this account may see
    coming_declared: int  # visits ahead that this account booked for declared patients
    hidden_clashes: int  # today, of this account with this patient
    missed: Sequence[datetime]  # visits missed within a year, as far as this account may see
    referral_id: UUID | None  # the one named, else one that fits and is not used
    referral_fits: Literal["unknown", "elsewhere", "over", "used", "fits"] | None  # None: unnamed
    proposed_channel: str | None  # of the visit in whose place the clinic keeps this very time
    proposed_waiver: str | None  # and why that visit was a second one
    replaceable: bool  # no visit is to be replaced, or the named one may be
    in_the_way: Sequence[UUID]  # holds that end before this visit is written

    @cached_property
    def rules(self) -> Rules:
        """The settings in force for this slot."""
        return Rules.resolve(self.merged_rules)

    @property
    def day(self) -> date:
        """The day of the visit in the clinic's own zone."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()
