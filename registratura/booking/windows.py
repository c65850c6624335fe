"""When a channel may book: horizon, hour of opening, lead time, cut-offs, in the clinic's zone."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura.booking.model import Channel, check_moment
from registratura.booking.rulebook import Rules

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_FRIDAY, _DAYS_A_WEEK = 5, 7


@dataclass(frozen=True)
class Window:
    """The span of time that a channel may book now; its fields are parameters of the searches."""

    now: datetime
    after: datetime
    until: datetime
    opened_by: datetime
    channel: Channel

    @classmethod
    def open_to(
        cls, channel: Channel, *, now: datetime, zone: str, rules: Rules, department_id: UUID
    ) -> "Window":
        """From the lead time and the cut-offs to the end of the horizon's last open day.

        Staff book from now on, as far as days are open, unless the rules give their channel a
        horizon. Raises `ValueError` for a `now` without a zone.
        """
        check_moment(now)
        here = ZoneInfo(zone)
        local = now.astimezone(here)
        horizon = rules.horizon(channel)
        if horizon is None:
            until = _NEVER
        else:
            opens = opening_time(rules, department_id)
            last = local.date() + timedelta(days=horizon - (local.time() < opens))
            until = _midnight(last + timedelta(days=1), here)
        if not channel.is_self_booking:
            return cls(now, now, until, _NEVER, channel)
        after = max(now + rules.lead, _midnight(_first_open_day(rules, local), here))
        return cls(now, after, until, now, channel)

    def on_days(self, first: date, last: date, zone: str) -> "Window":
        """What of it lies within these days of the clinic."""
        here = ZoneInfo(zone)
        starts = _midnight(first, here)
        ends = _midnight(min(last, date.max - timedelta(days=1)) + timedelta(days=1), here)
        # a visit may begin at midnight: the window's bound itself is not in it
        after = max(self.after, starts - timedelta(microseconds=1))
        return replace(self, after=after, until=min(self.until, ends))


def opening_time(rules: Rules, department_id: UUID) -> time:
    """When the clinic opens the horizon's last day: its own minute of the spread, always one."""
    hours, minutes = map(int, rules.opening_time.split(":"))
    own = int.from_bytes(hashlib.sha256(department_id.bytes).digest()[:8])
    whole = hours * 60 + minutes + own % max(rules.opening_spread_minutes, 1)
    return time(min(whole // 60, 23), whole % 60)


def opens_at(
    day: date, channel: Channel, *, zone: str, rules: Rules, department_id: UUID
) -> datetime:
    """The moment at which the channel may first book that day."""
    first = day - timedelta(days=rules.horizon(channel) or 0)
    return datetime.combine(first, opening_time(rules, department_id), ZoneInfo(zone))


def _first_open_day(rules: Rules, local: datetime) -> date:
    """The first day that the cut-offs leave open. Friday's closes Monday."""
    today, clock = local.date(), f"{local:%H:%M}"
    first = today
    if rules.today_until and clock >= rules.today_until:
        first = today + timedelta(days=1)
    if not rules.tomorrow_until:
        return first
    weekday = today.isoweekday()
    past = clock >= rules.tomorrow_until
    if weekday > _FRIDAY or (weekday == _FRIDAY and past):
        return today + timedelta(days=_DAYS_A_WEEK + 2 - weekday)
    return today + timedelta(days=2) if past else first


def _midnight(day: date, here: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), here)
