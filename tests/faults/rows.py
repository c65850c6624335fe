"""What the database says in the end, and what others heard of it: read by `records`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.faults.journal import Entry


@dataclass(frozen=True)
class Visit:
    """A row of `appointment`."""

    id: str
    slot: str
    seat: int
    patient: str
    starts_at: datetime
    ends_at: datetime
    state: str
    live: bool

    @property
    def given(self) -> bool:
        """A visit, or what became of one; not a hold."""
        return self.state not in ("held", "expired")


@dataclass(frozen=True)
class Slot:
    """A row of `slot`."""

    seats: int
    taken: int


@dataclass(frozen=True)
class Rows:
    """What the database says in the end."""

    visits: Mapping[str, Visit]
    slots: Mapping[str, Slot]
    events: Counter[tuple[str, str]]  # kind and subject → how many
    notices: Counter[tuple[str, str]]  # on the portal: kind and subject → how many
    waiting: int = 0  # rows of the outbox that nobody has taken
    notices_twice: int = 0  # by any channel to one account
    federation: Mapping[str, Sequence[str]] | None = None  # statuses it heard, by visit, in order
    owed: Mapping[str, Sequence[str]] = field(default_factory=dict)  # those that still wait
    numbers: Mapping[str, str] = field(default_factory=dict)  # printed number → id

    def with_ids(self, entries: Iterable[Entry]) -> list[Entry]:
        """The journal with ids in place of the numbers by which the federal portal knows visits."""
        known = self.numbers
        return [
            replace(it, key=known.get(it.key, it.key), visit=known.get(it.visit, it.visit))
            for it in entries
        ]
