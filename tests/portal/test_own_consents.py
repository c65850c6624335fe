"""Consents: the text as it was agreed to, and what taking it back does."""

import hashlib
import re
from pathlib import Path

import httpx
from litestar import Litestar

from registratura.db import Connection, execute, value
from registratura.people.refusals import ConsentUnknown
from registratura.portal import consent_text
from tests.given import portal
from tests.given.people import MARIA
from tests.given.portal import words_of

DOCUMENTS = Path(consent_text.__file__).parent / "documents"
# A version that was in force is never changed: what people agreed to must stay readable.
GIVEN = {
    "consent-2026-11.txt": "f9ecfc41a74ee4d2a54e161413d9ba783c753b6191cb002a876f15fc4a49e6ef",
    "consent-2026-12.txt": "920b240c3daa8047e84a507869399bd8daec2b081678367bc37ab3c925e3da94",
    "consent-2026-12-01.txt": "985ac317faf31c7667182ba92d5004e4d6e8dba1dd0e64917c7690671f99d01c",
}


def test_texts_that_were_agreed_to_stand_as_they_were() -> None:
    found = {it.name: hashlib.sha256(it.read_bytes()).hexdigest() for it in DOCUMENTS.iterdir()}
    assert found == GIVEN


async def own(maria: httpx.AsyncClient) -> str:
    found = re.search(
        r'href="(/profile/consents/[0-9a-f-]{36})"', (await maria.get("/profile")).text
    )
    assert found is not None
    return found[1]


async def test_the_text_is_shown_as_it_was_given_with_version_and_hash(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    page = await own(maria)
    words = words_of(await maria.get(page))
    assert "Я даю согласие оператору портала" in words
    assert "адрес места жительства" in words
    assert f"Редакция {consent_text.VERSION}. Дано" in words
    assert consent_text.CURRENT.sha256 in words
    old = consent_text.TEXTS["portal", "2026-11"]
    await execute(
        db,
        """
        insert into consent (account_id, document, version, text_sha256, given_at)
        select account_id, document, %(version)s, %(hash)s, given_at - interval '1 day'
        from consent
        """,
        version=old.version,
        hash=old.sha256,
    )
    address = await value(db, "select id from consent where version = '2026-11'")
    words = words_of(await maria.get(f"/profile/consents/{address}"))
    assert "Отозвать его можно заявлением в регистратуру" in words
    await execute(db, "update consent set text_sha256 = '0' where version = '2026-11'")
    words = words_of(await maria.get(f"/profile/consents/{address}"))
    assert "Текста этой редакции на портале больше нет" in words


async def test_taking_it_back_ends_every_session_and_what_the_portal_shows(
    app: Litestar, maria: httpx.AsyncClient, db: Connection
) -> None:
    phone = await portal.signed_in(app, MARIA)
    page = await own(maria)
    assert "вы выйдете во всех браузерах" in words_of(await maria.get(page))
    answer = await portal.submit(maria, f"{page}/withdraw", {}, seen_on=page)
    assert answer.headers["location"].startswith("http://127.0.0.1:8001/idp/ext/Logout?")
    assert "consent%2Fwithdrawn" in answer.headers["location"]
    for browser in (maria, phone):
        assert (await browser.get("/profile")).headers["location"].startswith("/signin")
    assert "Согласие отозвано" in words_of(await maria.get("/consent/withdrawn"))
    told = "select array_agg(kind order by id) from event where kind like 'consent.%%'"
    assert await value(db, told, it=1) == ["consent.given", "consent.withdrawn"]
    again = await portal.signed_in(app, MARIA)  # she signs in and agrees once more
    assert "отозвано" in words_of(await again.get("/profile"))


async def test_a_strangers_consent_is_nobodys(
    maria: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    page = await own(maria)
    assert (await stranger.get(page)).status_code == 404
    answer = await portal.submit(stranger, f"{page}/withdraw", {}, seen_on="/profile")
    assert answer.status_code == 404
    assert ConsentUnknown.words not in answer.text
    assert (await maria.get("/profile")).status_code == 200
