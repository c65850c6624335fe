"""No token, СНИЛС, policy or session id in our logs, in our addresses, on our error pages."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import pytest
import structlog
from litestar import Litestar, get

from registratura.db import Connection, value
from registratura.portal.consent_text import CURRENT
from registratura.web import logs
from tests.given import portal, staff
from tests.given.people import MARIA
from tests.given.provider import Provider
from tests.portal.form import FORM, PETR

CHILDS_SNILS = "20000002123"


@get("/fault/quoting", sync_to_thread=False)
def quote() -> None:
    raise RuntimeError(f"key (snils)=({MARIA.snils}) policy {MARIA.policy_number}")


@dataclass
class Watch:
    """A browser whose every answer is kept."""

    client: httpx.AsyncClient
    answers: list[httpx.Response] = field(default_factory=list)

    async def get(self, path: str) -> httpx.Response:
        self.answers.append(await self.client.get(path))
        return self.answers[-1]

    async def post(self, path: str, seen_on: str = "/", **form: str) -> httpx.Response:
        self.answers.append(await portal.submit(self.client, path, form, seen_on=seen_on))
        return self.answers[-1]


@pytest.fixture
def as_they_were() -> Iterator[None]:
    """The logs of the tests, again after this one."""
    kept = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers = kept
    structlog.reset_defaults()


async def sign_in(watch: Watch) -> list[str]:
    """By way of ЕСИА and the consent; the secrets of the way."""
    asked = await watch.get("/signin/esia?next=/profile")
    state = httpx.URL(asked.headers["location"]).params["state"]
    await watch.get(f"/signin/done?code=the-code&state={state}")
    await watch.post("/consent", "/consent", version=CURRENT.version, next="/profile")
    await watch.get(f"/signin/done?code=the-code&state={state}")  # «Назад»
    return [state, "the-code"]


async def walk(watch: Watch) -> None:
    """«Личные данные», every button of it, and what is refused there."""
    for path in ("/profile", "/profile/journal", "/profile/sessions", "/profile/deletion"):
        await watch.get(path)
    await watch.post("/profile/relatives/add", FORM, **{**PETR, "snils": CHILDS_SNILS})
    await watch.post("/profile/relatives/add", FORM, **{**PETR, "snils": CHILDS_SNILS})
    await watch.post("/profile/letters", "/profile", booked="yes")
    for _ in range(2):
        await watch.post("/profile/deletion", "/profile/deletion")
    for kind in ("json", "pdf"):
        await watch.post("/profile/copy", "/profile", format=kind)
    await watch.post("/vision", "/profile", size="xl", back="/profile")
    await watch.get("/fault/quoting")
    await watch.get("/profile/consents/00000000-0000-0000-0000-000000000000")
    watch.answers.append(await watch.client.post("/profile/copy", data={"snils": MARIA.snils}))


async def work(watch: Watch) -> None:
    """At the desk: the child is found by his policy, and not found by another's."""
    page = await watch.get("/desk/enter")
    role = re.search(r'name="role" value="([0-9a-f-]{36})"', page.text)
    assert role is not None
    await watch.post("/desk/enter", "/desk/enter", role=role[1])
    found = await watch.post("/desk/links", "/desk/links", what=PETR["policy_number"])
    assert "Нашлось: 1" in found.text
    link = re.search(r'href="(/desk/links/[0-9a-f-]{36})"', found.text)
    assert link is not None
    own = await watch.post(link[1], "/desk/links", document="свидетельство")
    assert own.status_code == 409
    await watch.get("/desk/links/00000000-0000-0000-0000-000000000000")
    await watch.post("/signout", "/desk")


async def test_nothing_of_people_or_tokens_leaks(
    app: Litestar, db: Connection, as_they_were: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()  # as a running portal writes them
    app.register(quote)
    provider = Provider()
    provider.serve(app)
    client = portal.browser(app)
    watch = Watch(client)
    secrets = await sign_in(watch)
    secrets.append(client.cookies["registratura_session"])
    clinic = await given_clinic(db)
    await staff.grant(db, MARIA, department_id=clinic)
    await walk(watch)
    await work(watch)
    failed = await failing_sign_in(app)
    secrets += [*failed, *provider.issued, *numbers()]

    told = capsys.readouterr()
    lines = told.out + told.err
    assert '"event": "request"' in lines
    own = [it for it in watch.answers if it.status_code >= 400 and it.status_code != 422]
    assert {it.status_code for it in own} >= {403, 404, 409, 500}
    addresses = [it.headers["location"] for it in watch.answers if "location" in it.headers]
    ours = [it for it in addresses if "/aas/oauth2/" not in it]  # to ЕСИА goes its own state
    for secret in secrets:
        assert secret not in lines
        assert [it for it in ours if secret in it] == []
        assert [it.url for it in own if secret in it.text] == []
    for number in numbers():
        assert [it for it in addresses if number in it] == []


async def failing_sign_in(app: Litestar) -> list[str]:
    """A sign-in that ЕСИА refuses: neither the page, nor the form on it, nor its address holds the
    code."""
    async with portal.browser(app) as client:
        asked = await client.get("/signin/esia")
        state = httpx.URL(asked.headers["location"]).params["state"]
        left = await client.get(f"/signin/done?code=stolen-code&state={state}")
        assert left.status_code == 303
        page = await client.get(left.headers["location"])
        assert page.status_code == 400
        for secret in ("stolen-code", state):
            assert secret not in page.text + left.headers["location"]
    return ["stolen-code", state]


def numbers() -> list[str]:
    """СНИЛС and policies, as they are kept and as people write them."""
    assert MARIA.snils is not None
    assert MARIA.policy_number is not None
    plain = [MARIA.snils, MARIA.policy_number, CHILDS_SNILS, PETR["policy_number"]]
    return [*plain, "112-233-445 95", "112-233-445", "4053 1108 7401 0015"]


async def given_clinic(db: Connection) -> UUID:
    """A clinic for the role; Пётр is attached nowhere, so its registrar finds him."""
    made: UUID = await value(
        db,
        """
        with owner as (
            insert into organisation (code, oid, name, short_name)
            values ('o', 'o', 'Детская городская больница', 'ДГБ') returning id
        )
        insert into department (code, organisation_id, oid, name, address, ages)
        select 'd', id, 'd', 'Поликлиника № 1', 'Калуга', 'child' from owner returning id
        """,
    )
    return made
