"""The settings of the rules: what a region, a clinic, a position or a post may set otherwise."""

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Self, get_args

from registratura.booking.model import Channel

Attachment = Literal["anywhere", "own", "open_list"]
Area = Literal["anyone", "own"]


@dataclass(frozen=True)
class Rules:
    """Settings of the rules, resolved post ← position ← clinic ← organisation ← region.

    Times of day are `HH:MM` of the clinic's own zone.
    """

    horizon_days: int = 14  # how many days ahead a patient may book by himself
    horizons: Mapping[str, int] = field(default_factory=dict)  # by channel, in place of the above
    opening_time: str = "00:00"  # when the last day of the horizon opens
    opening_spread_minutes: int = 0  # each clinic at its own minute within so many after that
    lead_minutes: int = 15  # how soon before the visit self-booking ends
    today_until: str = ""  # from this time on, today is closed to self-booking
    tomorrow_until: str = ""  # from this time on, the next working day is
    quotas: Mapping[str, int] = field(default_factory=dict)  # channel → per cent of a session
    quota_release_hours: int = 24  # before the session: then a quota limits no more
    attachment: Attachment = "anywhere"  # whom the clinic receives
    open_positions: tuple[int, ...] = ()  # with `open_list`: positions that receive everybody
    unattached: bool = True  # whether one who is attached nowhere is received all the same
    area: Area = "anyone"  # whom an area doctor receives
    max_coming: int = 5  # coming visits of one patient
    max_coming_declared: int = 10  # coming visits one account booked for declared patients
    hidden_clashes_a_day: int = 3  # then the declared link books nothing until tomorrow
    hold_minutes: int = 10
    proposal_hours: int = 24  # how long a time proposed by the clinic is kept
    proposal_lead_minutes: int = 120  # how soon it may begin, for the patient to hear of it
    proposal_least_minutes: int = 60  # what could be kept no longer than that is not proposed
    no_show_limit: int = 0  # missed visits that pause self-booking; 0: nobody is paused
    no_show_days: int = 90  # after so many days a missed visit is forgotten
    no_show_pause_days: int = 14  # how long the pause lasts, from the last missed visit

    @classmethod
    def resolve(cls, merged: Mapping[str, Any]) -> Self:
        """From the merged JSON of the database; keys it does not know are left aside."""
        known = {key: merged[key] for key in merged if key in _NAMES}
        if "open_positions" in known:
            known["open_positions"] = tuple(known["open_positions"])
        return cls(**known)

    @property
    def lead(self) -> timedelta:
        """`lead_minutes` as a span of time."""
        return timedelta(minutes=self.lead_minutes)

    @property
    def proposal_lead(self) -> timedelta:
        """How far ahead a proposed time begins: so that it can be kept for the least time, too."""
        least = timedelta(minutes=self.proposal_least_minutes) + self.lead
        return max(timedelta(minutes=self.proposal_lead_minutes), least)

    def proposal_end(self, starts_at: datetime, now: datetime) -> datetime | None:
        """Until when a time proposed `now` is kept; None: not for the least time, so not at all."""
        end = min(now + timedelta(hours=self.proposal_hours), starts_at - self.lead)
        return end if end >= now + timedelta(minutes=self.proposal_least_minutes) else None

    def horizon(self, channel: Channel) -> int | None:
        """How many days ahead the channel books; None where staff book as far as days are open."""
        if channel in self.horizons:
            return self.horizons[channel]
        return self.horizon_days if channel.is_self_booking else None


_NAMES = tuple(one.name for one in dataclasses.fields(Rules))
_TIMES = ("opening_time", "today_until", "tomorrow_until")
_LARGEST = 100_000


def names() -> tuple[str, ...]:
    """The names of all settings."""
    return _NAMES


def read(name: str, text: str) -> Any:
    """The JSON value of the setting `name` written as `text`.

    Raises `ValueError` in Russian words for a name that is none, and for a value that cannot be.
    """
    if name not in _NAMES:
        raise ValueError(f"нет такого правила; есть {', '.join(_NAMES)}")
    return _READERS.get(name, _number)(text.strip())


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _LARGEST):
        raise ValueError(f"здесь должно стоять целое число от 0 до {_LARGEST}")
    return int(text)


def _time(text: str) -> str:
    if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("здесь должно стоять время вида 07:30")
    return text


def _yes_no(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("здесь должно стоять 0 или 1")
    return text == "1"


def _one_of(kind: Any) -> Callable[[str], str]:
    def read_word(text: str) -> str:
        if text not in get_args(kind):
            raise ValueError(f"здесь должно стоять одно из: {', '.join(get_args(kind))}")
        return text

    return read_word


def _per_channel(largest: int) -> Callable[[str], dict[str, int]]:
    def read_channels(text: str) -> dict[str, int]:
        try:
            given = json.loads(text or "{}")
        except ValueError:
            given = None
        fits = isinstance(given, dict) and all(
            channel in tuple(Channel) and type(count) is int and 0 <= count <= largest
            for channel, count in given.items()
        )
        if not fits:
            raise ValueError(f'здесь должно стоять нечто вида {{"portal": 60}}, до {largest}')
        return dict(given)

    return read_channels


def _positions(text: str) -> list[int]:
    return [_number(one) for one in text.split()]


_READERS: Mapping[str, Callable[[str], Any]] = {
    "horizons": _per_channel(366),
    "quotas": _per_channel(100),
    "attachment": _one_of(Attachment),
    "area": _one_of(Area),
    "open_positions": _positions,
    "unattached": _yes_no,
    **dict.fromkeys(_TIMES, _time),
}
