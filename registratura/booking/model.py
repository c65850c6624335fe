"""What the engine speaks of: states, transitions, channels, the rules' settings, receipts."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID


class Channel(StrEnum):
    """Through which door a visit was booked."""

    EPGU = "epgu"
    PORTAL = "portal"
    KIOSK = "kiosk"
    DESK = "desk"
    CALL_CENTRE = "call_centre"
    DOCTOR = "doctor"
    OTHER_CLINIC = "other_clinic"

    @property
    def is_self_booking(self) -> bool:
        """Whether the patient books by himself here: opening hours and lists of positions apply."""
        return self in (Channel.EPGU, Channel.PORTAL, Channel.KIOSK)


class State(StrEnum):
    """Where an appointment stands."""

    HELD = "held"
    BOOKED = "booked"
    ARRIVED = "arrived"
    VISITED = "visited"
    NOT_ARRIVED = "not_arrived"
    CANCELLED = "cancelled"
    MOVED = "moved"
    EXPIRED = "expired"


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset({State.BOOKED, State.EXPIRED, State.CANCELLED}),
    State.BOOKED: frozenset(
        {State.ARRIVED, State.VISITED, State.NOT_ARRIVED, State.CANCELLED, State.MOVED}
    ),
    State.ARRIVED: frozenset({State.VISITED, State.NOT_ARRIVED}),
    State.VISITED: frozenset(),
    State.NOT_ARRIVED: frozenset(),
    State.CANCELLED: frozenset(),
    State.MOVED: frozenset(),
    State.EXPIRED: frozenset(),
}
"""The only ways from state to state; the database holds the states, the engine the ways."""


@dataclass(frozen=True)
class Rules:
    """Settings of the rules, resolved position ← clinic ← organisation ← region."""

    horizon_days: int = 14  # how many days ahead a patient may book by himself
    lead_minutes: int = 15  # how soon before the visit self-booking ends
    max_coming: int = 5  # coming visits of one patient
    max_coming_declared: int = 10  # coming visits one account booked for declared patients
    hidden_clashes_a_day: int = 3  # then the declared link books nothing until tomorrow
    hold_minutes: int = 10

    @classmethod
    def resolve(cls, merged: Mapping[str, Any]) -> Self:
        """From the merged JSON of the database; keys it does not know are left aside."""
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{key: merged[key] for key in merged if key in known})

    @property
    def lead(self) -> timedelta:
        """`lead_minutes` as a span of time."""
        return timedelta(minutes=self.lead_minutes)


@dataclass(frozen=True)
class Receipt:
    """What a booking answers, and what its key repeats word for word."""

    appointment_id: UUID
    number: str
    slot_id: UUID
    starts_at: datetime
    room: str

    @classmethod
    def from_json(cls, answer: Mapping[str, Any]) -> Self:
        """From the stored answer of an idempotency key."""
        return cls(
            appointment_id=UUID(answer["appointment_id"]),
            number=answer["number"],
            slot_id=UUID(answer["slot_id"]),
            starts_at=datetime.fromisoformat(answer["starts_at"]),
            room=answer["room"],
        )
