"""A copy of one's data is whole: no table that names a person or an account is left out."""

from registratura.booking import copies
from registratura.db import Connection, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import book, patient

ELSEWHERE = {
    "federal_session": "a call of the federal portal, soon forgotten",
    "event": "the journal, told line by line",
    "reading": "what the journal tells once a day",
    "practitioner": "doctors of the directory, not those who sign in",
}
NAMING = ("account_id", "person_id", "patient_id", "snils")


async def test_every_table_that_knows_somebody_is_in_the_copy(db: Connection) -> None:
    tables = await value(
        db,
        """
        select array_agg(distinct columns.table_name::text)
        from information_schema.columns
        join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_type = 'BASE TABLE'
          and column_name = any(%(naming)s)
        """,
        naming=list(NAMING),
    )
    assert set(ELSEWHERE) <= set(tables)
    left_out = [it for it in tables if it not in ELSEWHERE and f"from {it}" not in copies._PARTS]
    assert left_out == []


async def test_everything_that_is_known_of_the_owner_is_in_the_copy(
    db: Connection, maria: Account
) -> None:
    """All but ids: they are of use to nobody but us."""
    columns = await value(
        db,
        """
        select array_agg(column_name::text) from information_schema.columns
        where table_schema = 'public' and table_name = 'account'
        """,
    )
    copy = await copies.take(db, maria.id, now=NOW, zone=ZONE)
    assert set(columns) - set(copy.parts["account"]) == {"id", "person_id", "issuer", "oid"}


async def test_the_copy_holds_what_is_the_owners_and_nothing_of_others(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db, "therapist"))[0]
    own = await book(db, maria, await patient(db, maria), slot.slot_id)
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await people.account(db, "Чужой")
    copy = await copies.take(db, maria.id, now=NOW, zone=ZONE)
    assert copy.parts["account"]["snils"] == maria.snils
    assert [it["number"] for it in copy.parts["visits"]] == [own.number]
    assert [it["last_name"] for it in copy.parts["relatives"]] == ["Иванов"]
    assert "Чужов" not in str(copy)
    assert {"appointment.booked", "account.created"} <= {it.kind for it in copy.journal}
