"""Told of links: a new holder, a consent that ended, and the end that comes, each account once."""

from datetime import timedelta

from registratura import notices
from registratura.db import Connection, Pool
from registratura.notices import choices, inbox
from registratura.people import consents, holders, relatives
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


async def test_the_parent_hears_that_the_desk_has_confirmed_him(
    db: Connection, with_mail: Settings
) -> None:
    maria = await people.account(db, "Мария")
    await agree(db, maria)
    link = await people.relative(db, maria)
    await tell_all(db, with_mail)
    assert await told(db) == []
    await links.confirm(db, link)
    await tell_all(db, with_mail)
    found = sorted((it.to, it.kind, it.channel, it.text) for it in await told(db))
    assert found == [
        (
            "Мария",
            "link_confirmed",
            "email",
            "Иванов П.И.: родство подтверждено. Подробности – в личном кабинете:"
            " http://127.0.0.1:8000/profile#relatives",
        ),
        (
            "Мария",
            "link_confirmed",
            "portal",
            "Иванов П.И.: регистратура подтвердила родство. Теперь вы видите и те записи, которые"
            " сделали не вы.",
        ),
    ]


async def test_what_the_parent_confirmed_himself_by_esia_he_is_not_told(
    db: Connection, settings: Settings
) -> None:
    irina = await people.account(db, IRINA)
    await links.card_of(db, VERA_ON_THE_LIST)
    await people.relative(
        db,
        irina,
        last_name="Соколова",
        first_name="Вера",
        middle_name="Андреевна",
        birth_date=VERA.birth_date,
        policy_number=VERA_ON_THE_LIST.policy_number,
    )
    await links.proven(db, irina, VERA_ON_THE_LIST)
    await tell_all(db, settings)
    assert await told(db) == []


async def test_whom_the_desk_closed_out_again_keeps_no_word_of_the_confirmation(
    db: Connection, settings: Settings
) -> None:
    maria = await people.account(db, "Мария")
    link = await people.relative(db, maria)
    await links.confirm(db, link)
    await tell_all(db, settings)
    assert await inbox.read(db, maria.id, now=NOW, today=NOW.date())
    await links.close(db, link)
    assert await inbox.read(db, maria.id, now=NOW, today=NOW.date()) == []


async def test_no_letter_about_links_to_who_wants_none_and_nothing_to_who_withdrew(
    db: Connection, with_mail: Settings
) -> None:
    vera, *_ = await family(db)
    irina = await people.account(db, IRINA)
    for account in (vera, irina):
        await agree(db, account)
    await db.execute("delete from outbox")
    await choices.choose(db, irina.id, frozenset(choices.KINDS) - {choices.LINKS}, now=NOW)
    [given] = await consents.search(db, vera.id)
    await consents.withdraw(db, vera.id, given.id, now=NOW)
    await aunt(db)
    await tell_all(db, with_mail)
    assert {(it.to, it.channel) for it in await told(db)} == {
        ("Андрей", "portal"),
        ("Ирина", "portal"),
    }


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
        "Записывать вас к врачу теперь может Смирнов Олег Андреевич (муж). Видит все записи,"
        " кроме тех, что вы скрыли."
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
