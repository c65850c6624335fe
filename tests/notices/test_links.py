"""Told of links: a new holder, a consent that ended, and the end that comes, each account once."""

from datetime import timedelta

from registratura import notices
from registratura.db import Connection, Pool
from registratura.notices import inbox
from registratura.people import holders, relatives
from registratura.people.ages import birthday
from registratura.people.relatives import Relative
from registratura.settings import Settings
from tests.given import links, people
from tests.given.links import ANDREY, IRINA, VERA, VERA_ON_THE_LIST, family, let
from tests.given.people import NOW, ZONE
from tests.notices.link_notices import tell_all, told
from tests.notices.working import agree, work
from tests.people.test_ladder import noon

AT = {"now": NOW, "zone": ZONE}


async def aunt(db: Connection) -> Relative:
    """Мария declares Вера as a relative, with all her facts."""
    return await people.relative(
        db,
        await people.account(db, "Мария"),
        kinship="other_child",
        last_name="Соколова",
        first_name="Вера",
        middle_name="Андреевна",
        birth_date=VERA.birth_date,
        policy_number=VERA_ON_THE_LIST.policy_number,
    )


async def test_parents_and_the_young_person_are_told_of_a_new_link(
    db: Connection, with_mail: Settings
) -> None:
    vera, *_ = await family(db)
    irina, maria = await people.account(db, IRINA), await people.account(db, "Мария")
    for account in (vera, irina):
        await agree(db, account)
    await db.execute("delete from outbox")
    await aunt(db)
    await tell_all(db, with_mail)
    found = await told(db)
    assert {(it.to, it.kind, it.channel) for it in found} == {
        ("Вера", "holder_new", "email"),
        ("Вера", "holder_new", "portal"),
        ("Андрей", "link_new", "portal"),
        ("Ирина", "link_new", "email"),
        ("Ирина", "link_new", "portal"),
    }
    by = {(it.to, it.channel): it.text for it in found}
    assert by["Ирина", "portal"] == (
        "Соколова В.А.: записывать к врачу теперь может и Иванова Мария Петровна (родственница)."
        " Видит только то, что запишет сам. Если вы этого не ждали, позвоните в регистратуру."
    )
    assert "Записывать вас к врачу теперь может Иванова Мария Петровна" in by["Вера", "portal"]
    assert "Иванова" not in by["Ирина", "email"]
    assert not any(str(maria.phone) in it.text or str(maria.email) in it.text for it in found)


async def test_a_declared_link_that_met_no_card_is_told_to_nobody(
    db: Connection, settings: Settings
) -> None:
    await family(db)
    await db.execute("delete from outbox")
    await people.relative(db, await people.account(db, "Мария"))
    await tell_all(db, settings)
    assert await told(db) == []


async def test_the_first_parent_is_told_of_the_second_and_not_of_himself(
    db: Connection, settings: Settings
) -> None:
    await family(db)  # Вера's account is older than both links
    await tell_all(db, settings)
    assert sorted((it.to, it.kind, it.text.split("может")[1][:20]) for it in await told(db)) == [
        ("Андрей", "link_new", " и Соколова Ирина Па"),  # told late: by now he is one of them
        ("Вера", "holder_new", " Соколов Андрей Викт"),
        ("Вера", "holder_new", " Соколова Ирина Павл"),
        ("Ирина", "link_new", " и Соколов Андрей Ви"),
    ]


async def test_told_twice_nobody_hears_it_again(db: Connection, settings: Settings) -> None:
    _, mothers, _ = await family(db)
    for _ in range(2):
        await notices.links.tell(db, "relative.added", mothers.id, now=NOW, settings=settings)
    assert len(await told(db)) == 2


async def test_a_child_under_15_is_not_told(db: Connection, settings: Settings) -> None:
    _, mothers, _ = await family(db)
    for day, who in (
        (birthday(VERA.birth_date, 15) - timedelta(days=1), {"Андрей"}),
        (birthday(VERA.birth_date, 15), {"Андрей", "Вера"}),
    ):
        await notices.links.tell(db, "relative.added", mothers.id, now=noon(day), settings=settings)
        assert {it.to for it in await told(db)} == who


async def test_each_side_of_a_consent_is_told_of_what_the_other_did(
    db: Connection, settings: Settings
) -> None:
    maria, oleg = await people.account(db, "Мария"), await people.account(db, "Олег")
    first = await let(db, maria, oleg)
    await tell_all(db, settings)
    await holders.end(db, maria.id, first.id, now=NOW)
    await tell_all(db, settings, NOW + timedelta(minutes=1))
    second = await let(db, maria, oleg, acts=False, now=NOW + timedelta(hours=1))
    await relatives.leave(db, oleg.id, second.id, now=NOW + timedelta(hours=2))
    await tell_all(db, settings, NOW + timedelta(hours=3))
    found = await told(db)
    assert [(it.to, it.kind) for it in found] == [
        ("Мария", "holder_new"),
        ("Олег", "link_revoked"),
        ("Мария", "holder_left"),
        ("Мария", "holder_new"),
    ]
    assert found[0].text.startswith(
        "Записывать вас к врачу теперь может Смирнов Олег Андреевич (муж). Видит все записи."
    )


async def test_through_the_worker_the_message_waits_on_the_page(
    db: Connection, pool: Pool, settings: Settings
) -> None:
    maria, oleg = await people.account(db, "Мария"), await people.account(db, "Олег")
    await let(db, maria, oleg)
    await work(pool, settings)
    [message] = await inbox.read(db, maria.id, now=NOW, today=NOW.date())
    assert (message.kind, message.path, message.is_new) == ("holder_new", "/profile/holders", True)


async def test_whom_the_desk_closed_out_keeps_no_message_of_the_child(
    db: Connection, settings: Settings
) -> None:
    _, _, fathers = await family(db)
    andrey = await people.account(db, ANDREY)
    await aunt(db)
    await tell_all(db, settings)
    assert await inbox.read(db, andrey.id, now=NOW, today=NOW.date())
    await links.close(db, fathers)
    assert await inbox.read(db, andrey.id, now=NOW, today=NOW.date()) == []
