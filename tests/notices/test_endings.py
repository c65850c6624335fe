"""Thirty and seven days before a link ends its holder and the patient are told, once each."""

from datetime import date, timedelta

import pytest

from registratura import notices
from registratura.db import Connection, Pool, value
from registratura.people import relatives
from registratura.people.ages import birthday
from registratura.people.confirmations import Order
from registratura.settings import Settings
from tests.given import links, people
from tests.given.links import IRINA, VERA, VERA_ON_THE_LIST, family, let, proven
from tests.given.people import NOW
from tests.notices.link_notices import tell_endings, told
from tests.notices.working import agree
from tests.people.test_ladder import noon


async def days_told(
    db: Connection, pool: Pool, settings: Settings, end: date, days: range
) -> dict[int, list[tuple[str, str]]]:
    """Day by day before the end: who was told what on it."""
    found = {}
    for before in days:
        known = len(await told(db))
        for _ in range(2):  # a worker that runs twice a day
            await tell_endings(pool, settings, noon(end - timedelta(days=before)))
        new = [(it.to, it.kind) for it in await told(db)][known:]
        if new:
            found[before] = sorted(new)
    return found


async def test_thirty_and_seven_days_ahead_of_the_18th_birthday_each_is_told_once(
    db: Connection, pool: Pool, settings: Settings
) -> None:
    await family(db)
    end = birthday(VERA.birth_date, 18)
    parties = [("Андрей", "link_ends_{}"), ("Вера", "holder_ends_{}"), ("Вера", "holder_ends_{}")]
    parties.append(("Ирина", "link_ends_{}"))
    found = await days_told(db, pool, settings, end, range(33, -3, -1))
    assert found == {
        days: sorted((who, kind.format(days)) for who, kind in parties) for days in (30, 7)
    }
    texts = {it.kind: it.text for it in await told(db)}
    assert texts["link_ends_30"] == (
        "Соколова В.А.: записывать к врачу вы сможете по 11 апреля 2028 года включительно."
        " Затем исполнится 18 лет: дальше записываются сами, через свою учётную запись."
    )
    assert "Затем вам исполнится 18 лет" in texts["holder_ends_7"]


async def test_days_without_a_worker_are_made_up_for_by_what_is_still_true(
    db: Connection, pool: Pool, settings: Settings
) -> None:
    link = await people.relative(db, await people.account(db, "Мария"))
    end = link.ends_on
    found = await days_told(db, pool, settings, end, range(25, 2, -22))  # the 25th day, the 3rd
    assert found == {25: [("Мария", "link_ends_30")], 3: [("Мария", "link_ends_7")]}


async def test_an_order_that_ends_is_told_of_and_again_when_it_is_put_off(
    db: Connection, pool: Pool, settings: Settings
) -> None:
    maria = await people.account(db, "Мария")
    ward = await links.guardian(db, maria, date(2027, 3, 31))
    end = date(2027, 4, 1)
    assert list(await days_told(db, pool, settings, end, range(31, 28, -1))) == [30]
    put_off = Order("Приказ № 8", date(2027, 9, 30))
    await links.confirm(db, ward, noon(end - timedelta(days=10)), order=put_off)
    assert await days_told(db, pool, settings, end, range(9, 0, -1)) == {}
    again = await days_told(db, pool, settings, date(2027, 10, 1), range(32, 5, -1))
    assert list(again) == [30, 7]
    texts = [it.text for it in await told(db)]
    assert [
        next(day for day in ("31 марта 2027", "30 сентября 2027") if day in text) for text in texts
    ] == ["31 марта 2027", "30 сентября 2027", "30 сентября 2027"]
    assert "акт об опеке" in texts[0]


async def test_a_consent_that_ends_is_told_to_both_with_letters_where_they_agreed(
    db: Connection, pool: Pool, with_mail: Settings
) -> None:
    maria, oleg = await people.account(db, "Мария"), await people.account(db, "Олег")
    await agree(db, maria)
    link = await let(db, maria, oleg, months=6)
    day = noon(link.ends_on - timedelta(days=30))
    assert [await tell_endings(pool, with_mail, day) for _ in range(2)] == [1, 0]
    found = {(it.to, it.kind, it.channel) for it in await told(db)}
    assert found == {
        ("Мария", "holder_ends_30", "portal"),
        ("Мария", "holder_ends_30", "email"),
        ("Олег", "link_ends_30", "portal"),
    }
    letter = next(it.text for it in await told(db) if it.channel == "email")
    assert letter == (
        "Иванова М.П.: изменилось, кто может записывать к врачу. Подробности – в личном кабинете:"
        " http://127.0.0.1:8000/profile/holders"
    )


@pytest.mark.parametrize("ended", ["left", "closed"])
async def test_of_a_link_that_is_over_nobody_is_told(
    db: Connection, pool: Pool, settings: Settings, ended: str
) -> None:
    maria = await people.account(db, "Мария")
    link = await people.relative(db, maria)
    if ended == "left":
        await relatives.leave(db, maria.id, link.id, now=NOW)
    else:
        await links.close(db, link)
    assert await days_told(db, pool, settings, link.ends_on, range(30, 0, -7)) == {}
    assert await value(db, "select count(*) from notice") == 0


async def test_more_links_than_one_batch_are_all_told(
    db: Connection, pool: Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices.links, "_BATCH", 2)
    maria = await people.account(db, "Мария")
    for number, name in enumerate(("Анна", "Борис", "Вера", "Глеб", "Дина")):
        await people.relative(
            db,
            maria,
            first_name=name,
            policy_number=f"{number:016}",
            now=NOW + timedelta(days=number),
        )
    await tell_endings(pool, settings, noon(date(2032, 12, 20)))
    assert len(await told(db)) == 5


async def test_a_proven_link_of_one_who_is_nearly_18_is_told_of_too(
    db: Connection, pool: Pool, settings: Settings
) -> None:
    irina = await people.account(db, IRINA)
    late = noon(birthday(VERA.birth_date, 18) - timedelta(days=2))
    await proven(db, irina, VERA_ON_THE_LIST, late)
    await tell_endings(pool, settings, late)
    assert [(it.to, it.kind) for it in await told(db)] == [("Ирина", "link_ends_7")]
