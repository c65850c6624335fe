"""Days that cannot be meant are refused, by the clinic's own zone; nothing is written."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registratura.booking import absences, day_changes, referrals, withdrawals
from registratura.booking.absences import SubstituteUnfit
from registratura.booking.days import DayPast, DayTooFar, TooManyDays
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import region
from tests.given.people import NOW
from tests.given.region import TODAY
from tests.given.visits import REGISTRAR

DAY = timedelta(days=1)
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY
LAST_OPEN = TODAY + 15 * DAY  # the horizon's fourteen, and the one that opens next


async def written(db: Connection) -> tuple[int, ...]:
    found = await value(
        db,
        """
        select array[(select count(*) from absence), (select count(*) from day_change),
                     (select count(*) from referral),
                     (select count(*) from slot where blocked is not null),
                     (select count(*) from event
                      where kind ~ '^(absence|referral|clinic_day|doctor_day)')]
        """,
    )
    return tuple(found)


async def absent(db: Connection, first: date, last: date, now: datetime = NOW) -> None:
    await absences.record(
        db,
        now=now,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        first_day=first,
        last_day=last,
        reason="Отпуск",
    )


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (date(1900, 1, 1), date(2999, 12, 31), TooManyDays),
        (date(1900, 1, 1), date(1900, 1, 2), DayPast),
        (YESTERDAY, YESTERDAY, DayPast),
        (date(2999, 1, 1), date(2999, 1, 2), DayTooFar),
        (TODAY + 367 * DAY, TODAY + 367 * DAY, DayTooFar),
        (TODAY, TODAY + 366 * DAY, TooManyDays),
    ],
)
async def test_an_absence_that_nobody_can_mean_is_refused(
    db: Connection, first: date, last: date, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await absent(db, first, last)
    assert await written(db) == (0, 0, 0, 0, 0)


async def test_an_absence_of_a_year_and_one_that_has_begun_are_written(db: Connection) -> None:
    await absent(db, YESTERDAY, TODAY)
    await absent(db, TOMORROW, TODAY + 366 * DAY)
    assert await value(db, "select count(*) from absence") == 2


async def test_a_day_is_over_when_it_is_over_in_the_clinics_own_zone(db: Connection) -> None:
    late = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)  # in Kaluga still the 25th, half past eleven
    await absent(db, TODAY, TODAY, late)
    await execute(db, "update organisation set zone = 'Asia/Kamchatka'")
    with pytest.raises(DayPast):
        await absent(db, TODAY, TODAY, late)


async def test_a_substitute_has_the_same_position(db: Connection) -> None:
    with pytest.raises(SubstituteUnfit):
        await absences.record(
            db,
            now=NOW,
            actor=REGISTRAR,
            post_id=await region.post(db, "area-doctor"),
            first_day=TODAY,
            last_day=TODAY,
            reason="Отпуск",
            substitute_id=await region.post(db, "ent"),
        )
    assert await written(db) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (date(1900, 1, 1), DayPast),
        (YESTERDAY, DayPast),
        (LAST_OPEN + DAY, DayTooFar),
        (date(2999, 1, 1), DayTooFar),
    ],
)
async def test_a_day_is_not_closed_nor_opened_in_the_past_or_beyond_the_horizon(
    db: Connection, day: date, refusal: type[Exception]
) -> None:
    post, clinic = await region.post(db, "ent"), (await region.departments(db))["child"]
    told = {"now": NOW, "actor": REGISTRAR, "day": day}
    with pytest.raises(refusal):
        await withdrawals.cancel_doctor_day(db, post_id=post, reason="Авария", **told)  # type: ignore[arg-type]
    with pytest.raises(refusal):
        await withdrawals.close_day(db, department_id=clinic, reason="Авария", **told)  # type: ignore[arg-type]
    with pytest.raises(refusal):
        await day_changes.open_clinic_day(db, department_id=clinic, **told)  # type: ignore[arg-type]
    with pytest.raises(refusal):
        await day_changes.open_doctor_day(db, post_id=post, **told)  # type: ignore[arg-type]
    assert await written(db) == (0, 0, 0, 0, 0)


async def test_a_day_is_closed_with_a_reason(db: Connection) -> None:
    with pytest.raises(ValueError, match="reason"):
        await withdrawals.cancel_doctor_day(
            db,
            now=NOW,
            actor=REGISTRAR,
            post_id=await region.post(db, "ent"),
            day=TOMORROW,
            reason=" ",
        )
    assert await written(db) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (date(1900, 1, 1), date(2999, 12, 31), TooManyDays),
        (YESTERDAY, YESTERDAY, DayPast),
        (TODAY, TODAY + 366 * DAY, TooManyDays),
        (TODAY + 400 * DAY, TODAY + 401 * DAY, DayTooFar),
        (TODAY, YESTERDAY, ValueError),
    ],
)
async def test_a_referral_of_days_that_nobody_can_mean_is_refused(
    db: Connection,
    maria: Account,
    petr: Patient,
    first: date,
    last: date,
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        await refer(db, petr, first, last)
    assert await written(db) == (0, 0, 0, 0, 0)


async def test_a_referral_given_last_week_is_written_and_one_without_a_number_is_not(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await refer(db, petr, TODAY - 7 * DAY, TODAY)
    with pytest.raises(ValueError, match="number"):
        await refer(db, petr, TODAY, TODAY, number=" ")
    assert await value(db, "select count(*) from referral") == 1


async def refer(
    db: Connection, whom: Patient, first: date, last: date, number: str = "Н-1"
) -> None:
    await referrals.add(
        db,
        now=NOW,
        actor=REGISTRAR,
        number=number,
        patient_id=whom.person_id,
        position_id=45,
        valid_from=first,
        valid_to=last,
    )
