"""What the registry in memory speaks of. It shares no code with the engine."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

KALUGA = timezone(timedelta(hours=3))
LIVE = ("held", "booked", "arrived", "visited", "not_arrived")


class No(Exception):
    """A refusal, by the name of its class in the engine."""


@dataclass(frozen=True)
class Place:
    """A slot and what its doctor asks of a patient."""

    id: UUID
    post: str
    position: int
    session: UUID
    begins: datetime
    ends: datetime
    seats: int
    channels: tuple[str, ...]
    ages: tuple[int, int]
    sex: str | None
    by_himself: bool
    by_referral: bool
    sensitive: bool

    @property
    def day(self) -> date:
        return self.begins.astimezone(KALUGA).date()

    def meets(self, other: "Place") -> bool:
        return self.begins < other.ends and other.begins < self.ends


@dataclass(frozen=True)
class Person:
    """A patient."""

    id: UUID
    name: str
    age: int
    sex: str


@dataclass(frozen=True)
class Referral:
    """Leads one patient to one position on these days, the last one included."""

    id: UUID
    patient: Person
    position: int
    first: date
    last: date


@dataclass(frozen=True)
class Quota:
    """How many seats of a session a channel may take until the release."""

    seats: int
    released_at: datetime


@dataclass(frozen=True)
class Limits:
    """The settings of the rules."""

    lead: timedelta = timedelta(minutes=15)
    horizon_days: int = 14
    hold: timedelta = timedelta(minutes=10)
    proposal: timedelta = timedelta(hours=24)
    proposal_lead: timedelta = timedelta(hours=2)
    proposal_least: timedelta = timedelta(hours=1)
    coming: int = 5
    coming_declared: int = 10
    clashes_not_shown: int = 3


@dataclass(eq=False)
class Visit:
    """A visit or a hold. `id` is the engine's, told after it said yes."""

    patient: Person
    place: Place
    state: str
    channel: str
    account: str | None
    booked_at: datetime
    held_until: datetime | None = None
    replaces: "Visit | None" = None
    moved_from: "Visit | None" = None
    proposed_for: "Visit | None" = None
    referral: Referral | None = None
    waived: bool = False
    prolonged: bool = False
    id: UUID | None = None

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def bars(self) -> bool:
        """Whether it stands in its patient's own way: what is held for a move does not."""
        return self.live and self.replaces is None


@dataclass(frozen=True)
class Ask:
    """Who asks for which place for whom. `account` is None where staff ask."""

    account: str | None
    patient: Person
    level: str  # own, declared, confirmed
    place: Place
    channel: str
    replaces: Visit | None = None
    referral: Referral | None = None
    waived: bool = False
    by_clinic: bool = False  # the clinic gives a time in place of one that it took

    @property
    def declared(self) -> bool:
        return self.level == "declared"
