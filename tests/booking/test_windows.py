"""When a channel may book: horizon, hour of opening, spread, cut-offs; in its zone."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from registratura.booking import rulebook
from registratura.booking.model import Channel
from registratura.booking.rulebook import Rules
from registratura.booking.windows import Window, opening_time, opens_at

KALUGA = ZoneInfo("Europe/Moscow")
CLINIC = UUID("00000000-0000-4000-8000-000000000001")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026: the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=KALUGA)


def window(now: datetime, channel: Channel = Channel.PORTAL, **rules: object) -> Window:
    return Window.open_to(
        channel,
        now=now,
        zone="Europe/Moscow",
        rules=Rules(**rules),  # type: ignore[arg-type]
        department_id=CLINIC,
    )


def test_a_patient_books_from_the_lead_time_to_the_end_of_the_horizon() -> None:
    open_ = window(at(23, 12), lead_minutes=15, horizon_days=2)
    assert (open_.after, open_.until) == (at(23, 12, 15), at(26, 0))


def test_each_channel_may_have_a_horizon_of_its_own() -> None:
    horizons = {"epgu": 1, "call_centre": 3}
    assert window(at(23, 12), Channel.EPGU, horizons=horizons).until == at(25, 0)
    assert window(at(23, 12), Channel.CALL_CENTRE, horizons=horizons).until == at(27, 0)
    assert window(at(23, 12), Channel.DESK, horizons=horizons).until.year == 9999


def test_the_last_day_opens_at_its_hour() -> None:
    rules = {"horizon_days": 2, "opening_time": "08:30"}
    assert window(at(23, 8, 29), **rules).until == at(25, 0)
    assert window(at(23, 8, 30), **rules).until == at(26, 0)


def test_clinics_open_their_days_at_minutes_of_their_own() -> None:
    rules = Rules(opening_time="07:00", opening_spread_minutes=30)
    clinics = [uuid4() for _ in range(300)]
    minutes = {opening_time(rules, clinic) for clinic in clinics}
    assert time(7, 0) <= min(minutes)
    assert max(minutes) < time(7, 30)
    assert len(minutes) > 20
    assert opening_time(rules, clinics[0]) == opening_time(rules, clinics[0])


def test_a_spread_never_runs_past_the_day() -> None:
    rules = Rules(opening_time="23:50", opening_spread_minutes=1000)
    assert all(opening_time(rules, uuid4()) for _ in range(100))


def test_a_day_says_when_it_opens() -> None:
    rules = Rules(horizon_days=14, opening_time="08:30")
    opening = opens_at(
        date(2026, 12, 10), Channel.PORTAL, zone="Europe/Moscow", rules=rules, department_id=CLINIC
    )
    assert opening == at(26, 8, 30)


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (at(23, 11, 59), 24),  # Monday before the hour: tomorrow is open
        (at(23, 12), 25),
        (at(27, 11), 28),  # Friday before it: the week-end is open
        (at(27, 12), 31),  # Friday's hour closes Monday
        (at(28, 9), 31),  # Saturday
        (at(29, 23), 31),  # Sunday
    ],
)
def test_an_hour_closes_the_next_working_day(now: datetime, first: int) -> None:
    open_ = window(now, tomorrow_until="12:00", today_until="00:00")
    assert open_.after == at(1, 0) + timedelta(days=first - 1)


def test_an_hour_closes_today() -> None:
    assert window(at(23, 9), today_until="10:00").after == at(23, 9, 15)
    assert window(at(23, 10), today_until="10:00").after == at(24, 0)


def test_cut_offs_are_not_for_staff() -> None:
    now = at(23, 12)
    strict = window(now, Channel.DESK, today_until="00:00", tomorrow_until="00:00")
    assert strict.after == now


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="now"):
        window(datetime(2026, 11, 23, 12))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("horizon_days", "21", 21),
        ("opening_time", "08:30", "08:30"),
        ("tomorrow_until", "", ""),
        ("quotas", '{"portal": 60}', {"portal": 60}),
        ("horizons", '{"desk": 90}', {"desk": 90}),
        ("open_positions", "53 54", [53, 54]),
        ("attachment", "open_list", "open_list"),
        ("area", "own", "own"),
        ("unattached", "0", False),
    ],
)
def test_a_setting_is_read_from_its_text(name: str, text: str, value: object) -> None:
    assert rulebook.read(name, text) == value
    assert Rules.resolve({name: value})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("horison_days", "21"),
        ("horizon_days", "-1"),
        ("horizon_days", "²"),
        ("horizon_days", "100001"),
        ("opening_time", "25:00"),
        ("opening_time", "8:30"),
        ("quotas", '{"portal": 101}'),
        ("quotas", '{"pigeon": 10}'),
        ("quotas", '{"portal": true}'),
        ("quotas", "[]"),
        ("quotas", "много"),
        ("open_positions", "лор"),
        ("attachment", "some"),
        ("unattached", "да"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_words(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"[а-я]"):
        rulebook.read(name, text)
