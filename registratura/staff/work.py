"""The group of commands, and the work that each does: on one connection, in somebody's name."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

import click
import psycopg

from registratura.audit import Actor
from registratura.db import Connection
from registratura.db.reachability import check_reachable
from registratura.refusal import Refusal
from registratura.settings import Settings, variable
from registratura_ground.refused import Refused


@dataclass(frozen=True)
class Work:
    """Who works, when, with which database, and the zone of the region's days."""

    db: Connection
    actor: Actor
    now: datetime
    settings: Settings

    @property
    def zone(self) -> str:
        """The region's zone."""
        return self.settings.region_zone

    @property
    def today(self) -> date:
        """The region's date."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()


def words(text: str) -> str:
    """The type of an option that says something: blanks alone are refused."""
    if not text.strip():
        raise click.BadParameter("здесь должно быть что-то написано")
    return text.strip()


def day(text: str) -> date:
    """The type of an option that is a day of the calendar, as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"«{text}»: нужен день вида 2026-11-25") from None


@click.group()
def staff() -> None:
    """То, что может только сотрудник: связи, карты, направления, дни приёма, отметки, роли."""


def command(name: str) -> Callable[[Callable[..., Awaitable[None]]], click.Command]:
    """A command of the group; its `--by` names who works. A refusal is its words and status 2."""

    def add(act: Callable[..., Awaitable[None]]) -> click.Command:
        @click.option("--by", "who", type=words, required=True, help="Кто: фамилия, должность.")
        @wraps(act)
        def run(who: str, **arguments: Any) -> None:
            # the program's own group knows where its database is
            settings: Settings = click.get_current_context().find_root().obj()
            asyncio.run(_run(act, settings, who, arguments))

        return staff.command(name)(run)

    return add


async def _run(
    act: Callable[..., Awaitable[None]], settings: Settings, who: str, arguments: dict[str, Any]
) -> None:
    await check_reachable(settings.database_url, variable("database_url"))
    async with await psycopg.AsyncConnection.connect(
        settings.database_url, autocommit=True, connect_timeout=5
    ) as db:
        try:
            await act(Work(db, Actor("staff", who), datetime.now(UTC), settings), **arguments)
        except Refusal as refusal:
            raise Refused(refusal.text) from None


def moment(at: datetime, zone: str) -> str:
    """«25.11.2026 08:00» on the clock of that zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}"
