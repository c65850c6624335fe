"""What the engine speaks of: channels, kinds of slots, states and transitions, receipts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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


KIND_CHANNELS: Mapping[str, tuple[Channel, ...]] = {
    "ordinary": tuple(Channel),
    "preventive": tuple(Channel),
    "group": tuple(Channel),
    "repeat": (Channel.DOCTOR, Channel.DESK, Channel.CALL_CENTRE),
    "reserve": (Channel.DESK, Channel.DOCTOR),
}
"""Which channels may take a slot of each kind at all; its template may name fewer.

A repeat visit is for the doctor to give, the reserve for the clinic.
"""


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


def check_moment(now: datetime) -> None:
    """Raises `ValueError` for a moment without a zone: nobody could say when it was."""
    if now.tzinfo is None:
        raise ValueError("now: a datetime without a zone")


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset({State.BOOKED, State.EXPIRED, State.CANCELLED}),
    State.BOOKED: frozenset(
        {State.ARRIVED, State.VISITED, State.NOT_ARRIVED, State.CANCELLED, State.MOVED}
    ),
    State.ARRIVED: frozenset({State.VISITED, State.NOT_ARRIVED, State.CANCELLED}),
    State.VISITED: frozenset(),
    State.NOT_ARRIVED: frozenset(),
    State.CANCELLED: frozenset(),
    State.MOVED: frozenset(),
    State.EXPIRED: frozenset(),
}
"""The only ways from state to state; the database holds the states, the engine the ways."""


@dataclass(frozen=True)
class Receipt:
    """What a booking answers, and what its key repeats word for word; then it is `repeated`."""

    appointment_id: UUID
    number: str
    slot_id: UUID
    starts_at: datetime
    room: str
    repeated: bool = field(default=False, compare=False)

    @classmethod
    def from_json(cls, answer: Mapping[str, Any]) -> Self:
        """From the stored answer of an idempotency key."""
        return cls(
            appointment_id=UUID(answer["appointment_id"]),
            number=answer["number"],
            slot_id=UUID(answer["slot_id"]),
            starts_at=datetime.fromisoformat(answer["starts_at"]),
            room=answer["room"],
            repeated=True,
        )

    def to_json(self) -> dict[str, str]:
        """As an idempotency key stores it."""
        return {
            "appointment_id": str(self.appointment_id),
            "number": self.number,
            "slot_id": str(self.slot_id),
            "starts_at": self.starts_at.isoformat(),
            "room": self.room,
        }
