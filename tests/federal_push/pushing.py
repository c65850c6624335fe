"""The registry that pushes: its worker's jobs, and what it has written down of them."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import click
from click.testing import CliRunner
from lxml import etree

import registratura.federal
from registratura.audit import Actor
from registratura.booking import cancellation
from registratura.booking.model import Receipt
from registratura.db import Connection, Pool, rows
from registratura.federal.commands import federal
from registratura.federal.statuses import Status
from registratura.settings import Settings
from tests.given.people import NOW
from tests.notices.working import make_due, work

RECORDED, CANCELED = Status.RECORDED, Status.CANCELED
DESK = Actor("staff", "Котова А.А., регистратор")


@dataclass(frozen=True)
class Row:
    """A row of `federal_status`."""

    status: str
    state: str
    attempts: int
    code: str | None
    comment: str | None


@dataclass(frozen=True)
class Registry:
    """A registry with its worker."""

    db: Connection
    pool: Pool
    settings: Settings

    async def push(self) -> None:
        """Relay every committed row and run every push that is due."""
        await work(self.pool, self.settings, "federal")

    async def push_again(self) -> None:
        """The pause is over."""
        await make_due(self.db)
        await self.push()

    async def cancel(self, visit: Receipt, now: datetime = NOW) -> None:
        """The desk cancels."""
        await cancellation.cancel(
            self.db, now=now, actor=DESK, appointment_id=visit.appointment_id, by="clinic"
        )

    async def ask(self, *arguments: str, group: click.Group = federal) -> tuple[int, str]:
        """`registratura federal …`: its exit status and its words."""
        told = await asyncio.to_thread(
            CliRunner().invoke, group, arguments, obj=lambda: self.settings
        )
        if told.exception is not None and not isinstance(told.exception, SystemExit):
            raise told.exception
        return told.exit_code, told.output

    async def rows(self) -> list[Row]:
        """What is owed, in the order in which it was written."""
        return await rows(
            self.db,
            Row,
            "select status, state, attempts, code, comment from federal_status order by id",
        )


@cache
def schema() -> etree.XMLSchema:
    """Our own schema of the push."""
    folder = Path(registratura.federal.__file__).parent / "schema"
    return etree.XMLSchema(etree.parse(folder / "status-schema.xsd"))
