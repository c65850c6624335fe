"""Commands on roles and deletion requests: granted, shown, revoked, carried out."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from registratura.db import Connection, value
from registratura.people import deletions
from registratura.refusal import Refusal
from registratura.staff import staff
from registratura_ground import embedded
from registratura_ground.refused import Refused
from tests.given import databases, people, portal
from tests.given.people import NOW
from tests.given.staff import OLGA

BY = ["--by", "Главнов П.С., заведующий"]
SNILS = "200-000-010 20"
Ask = Callable[..., Awaitable[str]]


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The small region."""
    return databases.with_a_region(server, template, f"{template}_roles", NOW)


@pytest.fixture
def ask(database_url: str) -> Ask:
    """What a command says; why it refuses is raised."""

    async def run(*arguments: str, typed: str = "") -> str:
        def invoke() -> str:
            settings = portal.settings(database_url)
            done = CliRunner().invoke(staff, [*arguments, *BY], obj=lambda: settings, input=typed)
            if isinstance(done.exception, Refused | Refusal):
                raise done.exception
            assert done.exit_code == 0, done.output
            return done.output

        return await asyncio.to_thread(invoke)

    return run


async def test_a_role_for_days_that_are_over_is_refused(ask: Ask) -> None:
    over = ("--from", "2026-01-01", "--to", str(date.today() - timedelta(days=2)))
    with pytest.raises(Refused, match="уже прошёл"):
        await ask("grant-role", "--role", "registrar", "--clinic", "child", *over, typed=SNILS)
    assert SNILS[-2:] not in await ask("roles")


async def test_a_role_is_granted_shown_and_revoked(db: Connection, ask: Ask) -> None:
    first, last = date.today() - timedelta(days=30), date.today() + timedelta(days=30)
    given = ("grant-role", "--role", "registrar", "--clinic", "child", "--from", str(first))
    number = re.search(r"[0-9a-f-]{36}", await ask(*given, "--to", str(last), typed=SNILS))
    assert number is not None
    await people.account(db, OLGA)
    shown = await ask("roles", "--snils", SNILS)
    assert (
        f"{number[0]} · •••-•••-•10 20 Регистратова О.И. · регистратор, ДГБ, Поликлиника № 1"
        f" · с {first:%d.%m.%Y} по {last:%d.%m.%Y}\n" in shown
    )
    with pytest.raises(Refused, match="уже есть"):
        await ask(*given, "--snils", SNILS)
    await ask("revoke-role", number[0])
    assert "· снята" in await ask("roles")
    with pytest.raises(Refused, match="уже сняли"):
        await ask("revoke-role", number[0])
    who = "select array_agg(distinct actor_id) from event where kind like 'staff_role.%%'"
    assert await value(db, who, it=1) == ["Главнов П.С., заведующий"]


async def test_a_role_without_its_place_or_of_nobody_is_refused(ask: Ask) -> None:
    for wrong, words in (
        (["--role", "head"], "нужна одна организация"),
        (["--role", "operator", "--clinic", "child"], "ни одной"),
        (["--role", "head", "--organisation", "moon"], "Организации с кодом moon нет"),
        (["--role", "head", "--clinic", "moon"], "клиники нет"),
    ):
        with pytest.raises(Refused, match=words):
            await ask("grant-role", "--snils", SNILS, *wrong)
    with pytest.raises(Refused, match="последние две цифры"):
        await ask("grant-role", "--snils", "200-000-010 21", "--role", "operator")


async def test_a_deletion_request_is_shown_and_carried_out_once(db: Connection, ask: Ask) -> None:
    maria = await people.account(db)
    await deletions.ask(db, maria.id, now=NOW)
    shown = await ask("deletion-requests")
    number = shown.split(" · ")[0]
    assert "Иванова М.П. · 25.11.2026 12:00 · связей 0, записей 0" in shown
    assert "выполнена" in await ask("deletion-requests", "--done", number)
    assert await ask("deletion-requests") == "Заявок: 0.\n"
    with pytest.raises(Refused, match="уже закрыли"):
        await ask("deletion-requests", "--done", number)
    assert await value(db, "select closed_by from deletion_request") == BY[1]
