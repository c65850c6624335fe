"""What was told of a person is in no table of the registry once it is to be forgotten."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from psycopg import sql

from registratura.db import Connection, Pool, rows
from registratura.people import accounts, consents, deletions, erasure, invitations, proving
from registratura.people.invitations import Terms
from registratura.settings import Settings
from registratura.web import sessions
from tests.given import links, people, region
from tests.given.links import ANNA, DENIS
from tests.given.people import MARIA, NOW, ZONE
from tests.given.visits import REGISTRAR, book, patient
from tests.notices.mailbox import Mailbox
from tests.notices.working import work

PROFILE = replace(
    MARIA,
    oid=77001122334,
    email="mechenaya@example.org",
    phone="+79110001122",
    address="248000, Калуга, улица Меченая, д. 7, кв. 70",
)
LISTED = replace(DENIS, id="990011223", snils="20000002325", policy_number="4088789747009999")
PROVEN = replace(ANNA, id="990011224", snils="20000002426")
TOLD = ("address", "e-mail", "phone", "listed child", "his СНИЛС", "his policy", "code")
TERMS = Terms(kinship="spouse", acts=True, sees=True, months=12)


@dataclass(frozen=True)
class _Column:
    table: str
    column: str


async def places_of(db: Connection, marker: str) -> set[str]:
    """Every column of every table in which the marker stands, whatever its type."""
    columns = await rows(
        db,
        _Column,
        """
        select table_name::text as table, column_name::text as column
        from information_schema.columns
        join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_type = 'BASE TABLE'
        """,
    )
    assert len(columns) > 200
    found = set()
    for it in columns:
        query = sql.SQL("select count(*) from {} where strpos({}::text, {}) > 0").format(
            sql.Identifier(it.table), sql.Identifier(it.column), sql.Literal(marker)
        )
        [many] = await (await db.execute(query)).fetchall()
        if many[0]:
            found.add(f"{it.table}.{it.column}")
    return found


@pytest.fixture
async def known(
    db: Connection, pool: Pool, with_mail: Settings, mailbox: Mailbox
) -> dict[str, str]:
    """Мария has used everything; what was told of her, by what it is."""
    mailbox.start()
    account = await people.account(db, PROFILE)
    await consents.record(
        db, account.id, document="portal", version="1", text_sha256="0" * 64, now=NOW
    )
    offered = await links.told(db, account, LISTED, PROVEN)
    anna = next(it for it in offered if it.esia_id == PROVEN.id)
    await proving.prove(db, account.id, anna.id, now=NOW, zone=ZONE)
    session = await sessions.begin(
        db, account_id=account.id, patient_id=account.person_id, replaces=None, now=NOW
    )
    slot = (await region.free(db, "therapist"))[0].slot_id
    await book(db, account, await patient(db, account), slot)
    await work(pool, with_mail)
    assert [to for _, to in mailbox.envelopes] == [[PROFILE.email]]
    made = await invitations.invite(db, account.id, TERMS, now=NOW, zone=ZONE)
    return {
        "own number": str(PROFILE.oid),
        "address": "Меченая",
        "e-mail": "mechenaya@",
        "phone": "9110001122",
        "listed child": LISTED.id,
        "his СНИЛС": str(LISTED.snils),
        "his policy": str(LISTED.policy_number),
        "proven child": PROVEN.id,
        "code": invitations._digest(made.code).hex(),
        "session": sessions.digest(session).hex(),
    }


async def account_id(db: Connection) -> UUID:
    account = await accounts.find_by_oid(db, PROFILE.issuer, PROFILE.oid)
    assert account is not None
    return account.id


async def test_the_search_finds_what_is_kept(db: Connection, known: dict[str, str]) -> None:
    assert [name for name, marker in known.items() if not await places_of(db, marker)] == []
    assert await places_of(db, known["address"]) == {"account.address"}
    assert await places_of(db, known["proven child"]) == {
        "esia_child.esia_id",
        "relative.esia_child",
    }


async def test_a_carried_out_deletion_leaves_nothing_of_it_in_any_table(
    db: Connection, known: dict[str, str]
) -> None:
    owner = await account_id(db)
    await deletions.ask(db, owner, now=NOW)
    [asked] = await deletions.search_new(db, now=NOW, actor=REGISTRAR, zone=ZONE)
    await deletions.carry_out(db, asked.id, now=NOW, actor=REGISTRAR)
    # by its number the account is known again: whom the desk closed out stays out
    assert await places_of(db, known.pop("own number")) == {"account.oid"}
    left = {name: await places_of(db, marker) for name, marker in known.items()}
    assert [name for name, places in left.items() if places] == []


async def test_a_consent_taken_back_leaves_nothing_of_what_was_told_for_it(
    db: Connection, known: dict[str, str]
) -> None:
    owner = await account_id(db)
    [given] = await consents.search(db, owner)
    await consents.withdraw(db, owner, given.id, now=NOW)
    left = {name: await places_of(db, known[name]) for name in TOLD}
    assert [name for name, places in left.items() if places] == []
    assert await places_of(db, known["proven child"]) == {"relative.esia_child"}


async def test_who_agreed_to_nothing_in_a_day_is_forgotten(
    db: Connection, known: dict[str, str]
) -> None:
    """He signed in, read the consent, and left: it was told for nothing."""
    await db.execute("delete from consent")
    assert await erasure.sweep(db, now=NOW + timedelta(hours=23)) == 0
    assert await erasure.sweep(db, now=NOW + timedelta(hours=25)) == 1
    left = {name: await places_of(db, known[name]) for name in TOLD if name != "code"}
    assert [name for name, places in left.items() if places] == []
    assert await erasure.sweep(db, now=NOW + timedelta(hours=25)) == 0


async def test_who_agreed_is_not_forgotten(db: Connection, known: dict[str, str]) -> None:
    assert await erasure.sweep(db, now=NOW + timedelta(days=30)) == 0
    assert await places_of(db, known["address"]) == {"account.address"}
