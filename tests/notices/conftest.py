"""Notices are told in the small region, at noon of a Wednesday, by the worker's own jobs."""

from collections.abc import Iterator

import pytest

from registratura.db import Connection
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from registratura_ground import embedded
from tests.given import databases, people, portal, visits
from tests.given.people import NOW
from tests.notices.mailbox import Mailbox


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the small region in it: what these tests copy."""
    return databases.with_a_region(server, template, f"{template}_notices", NOW)


@pytest.fixture
def settings(database_url: str) -> Settings:
    """A house without a mail server."""
    return portal.settings(database_url)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server; not started yet."""
    mailbox = Mailbox()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def with_mail(database_url: str, mailbox: Mailbox) -> Settings:
    """A house that sends its letters through the mailbox's server."""
    return portal.settings(
        database_url, smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_tls="none"
    )


@pytest.fixture
async def maria(db: Connection) -> Account:
    """Мария, signed in."""
    return await people.account(db)


@pytest.fixture
async def petr(db: Connection, maria: Account) -> Patient:
    """Пётр, declared by Мария."""
    link = await people.relative(db, maria)
    return await visits.patient(db, maria, link.person_id)
