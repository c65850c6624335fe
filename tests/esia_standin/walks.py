"""Longer walks over the stand-in's pages: codes read from its messages, a new account opened."""

import re
from datetime import datetime

import httpx

from registratura_standins.esia.accounts import find_account
from registratura_standins.esia.database import Connection
from registratura_standins.esia.sessions import start_session
from tests.esia_standin.browser import Browser, Page

NEW_PASSWORD = "выдуманный пароль"
PAPERS = {
    "last_name": "Новосёлов",
    "first_name": "Тимур",
    "middle_name": "Ринатович",
    "birth_date": "14.03.1987",
    "birth_place": "г. Обнинск",
    "gender": "M",
    "snils": "112-233-446 96",
    "passport": "2911 123456",
    "issue_date": "01.02.2012",
    "issue_id": "400-003",
    "issued_by": "Учебный отдел внутренних дел",
}
CHILD = {
    "last_name": "Новосёлова",
    "first_name": "Алия",
    "middle_name": "Тимуровна",
    "birth_date": "07.03.2016",
    "gender": "F",
    "snils": "",
    "certificate": "I-ЖТ 500777",
    "issue_date": "20.03.2016",
    "issued_by": "Учебный отдел ЗАГС",
    "policy": "",
}


async def begin_session(db: Connection, oid: int, now: datetime) -> str:
    """The id of a new session of this account's owner."""
    account = await find_account(db, oid)
    assert account
    session_id = await start_session(db, oid, "", now, proven=account.password_hash)
    assert session_id
    return session_id


async def last_code(browser: Browser) -> str:
    """Six digits of the newest message."""
    text = Page((await browser.get("/messages")).text).text
    found = re.search(r"Код (?:подтверждения|для входа): (\d{6})", text)
    assert found, text
    return found[1]


async def type_code(browser: Browser, path: str, code: str | None = None) -> httpx.Response:
    """Send the code page's form; the newest code, unless another is given."""
    page = await browser.get(path)
    return await browser.send_form(page, path, code=code or await last_code(browser))


async def register(browser: Browser, phone: str = "+7 901 000-00-77", ask: str = "") -> None:
    """A simplified account of its own, signed in."""
    form = await browser.get("/registration", params={"ask": ask} if ask else {})
    typed = {"last_name": "Новосёлов", "first_name": "Тимур", "phone": phone}
    sent = await browser.send_form(form, "/registration", **typed)
    assert sent.headers["location"] == "/registration/code", sent.text
    proven = await type_code(browser, "/registration/code")
    assert proven.headers["location"] == "/registration/password"


async def choose_password(browser: Browser, path: str, **more: str) -> httpx.Response:
    """Send the form with a new password."""
    typed = {"password": NEW_PASSWORD, "again": NEW_PASSWORD, **more}
    return await browser.send_form(await browser.get(path), path, **typed)


async def send(browser: Browser, path: str, typed: dict[str, str]) -> httpx.Response:
    """Open a page and send its form."""
    return await browser.send_form(await browser.get(path), path, **typed)


async def account_text(browser: Browser) -> str:
    """What the account page says."""
    page = await browser.get("/account")
    assert page.status_code == 200, page.headers
    return Page(page.text).text
