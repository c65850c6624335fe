"""What happens while a sign-on is under way: the consent taken back, the owner signed out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psycopg
import pytest

from registratura_standins.esia import permits
from registratura_standins.esia.authorisations import (
    Authorisation,
    find_authorisation,
    keep_authorisation,
)
from registratura_standins.esia.consents import give_consent, revoke_consent
from registratura_standins.esia.database import Connection, value
from registratura_standins.esia.sessions import Session, end_session, find_session
from tests.esia_standin.portal import REDIRECT
from tests.esia_standin.walks import begin_session

MARIA = 1_000_000_001
COUNT = "select count(*) from permit"


@pytest.fixture
async def other_db(esia_database_url: str) -> AsyncIterator[Connection]:
    """A second connection."""
    db: Connection = await psycopg.AsyncConnection.connect(esia_database_url, autocommit=True)
    async with db:
        yield db


async def signed_in(db: Connection, now: datetime) -> tuple[str, Session, Authorisation]:
    """Мария's session with its id, and the sign-on that she has consented to."""
    session_id = await begin_session(db, MARIA, now)
    session = await find_session(db, session_id, now)
    id = await keep_authorisation(
        db,
        mnemonic="REG40",
        redirect_uri=REDIRECT,
        scopes=["openid", "snils"],
        state="a",
        offline=False,
        now=now,
    )
    asked = await find_authorisation(db, id, now)
    assert session
    assert asked
    await give_consent(db, MARIA, asked, now)
    return session_id, session, asked


async def test_a_consent_taken_back_ends_the_code_that_was_being_given(
    esia_db: Connection, other_db: Connection
) -> None:
    now = datetime.now(UTC)
    _, session, asked = await signed_in(esia_db, now)
    async with esia_db.transaction():
        assert await permits.give_permit(esia_db, session, asked, "code", now)
        revoking = asyncio.create_task(revoke_consent(other_db, MARIA, "REG40"))
        await asyncio.wait([revoking], timeout=0.2)
        assert not revoking.done()  # it waits: else it would not see this permit
    await revoking
    assert await value(esia_db, COUNT) == 0


async def test_without_consent_or_session_no_code_is_given(esia_db: Connection) -> None:
    now = datetime.now(UTC)
    session_id, session, asked = await signed_in(esia_db, now)
    await revoke_consent(esia_db, MARIA, "REG40")
    assert not await permits.give_permit(esia_db, session, asked, "one", now)
    await give_consent(esia_db, MARIA, asked, now)
    await end_session(esia_db, session_id)
    assert not await permits.give_permit(esia_db, session, asked, "two", now)
    assert await value(esia_db, COUNT) == 0
