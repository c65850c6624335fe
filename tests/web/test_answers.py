"""What every answer carries, and what faults look like: headers, calm pages, no trace."""

import asyncio
import json
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
import structlog
from jinja2 import DictLoader
from litestar import Litestar, get
from litestar.contrib.jinja import JinjaTemplateEngine

from registratura.booking.refusals import NotYourArea
from registratura.refusal import Refusal
from registratura.web import around, logs
from tests.given import portal
from tests.given.people import MARIA

OPEN_PAGES = [
    "/",
    "/signin",
    "/clinics",
    "/about/accessibility",
    "/about/personal-data",
    "/signin/done",
    "/nowhere",
    "/static/nothing.css",
    "/healthz",
]
TRACES = ("Traceback", "psycopg", 'File "', "litestar")


class NotToday(Refusal):
    code = "not_today"
    words = "Сегодня {what} не принимают"


@get("/fault/refusal")
async def refuse() -> None:
    raise NotToday(what="<b>всех</b>")


@get("/fault/area")
async def refuse_by_area() -> None:
    raise NotYourArea()


@get("/fault/ours")
async def break_down() -> None:
    raise RuntimeError("11223344595 Иванова")


@get("/fault/database")
async def lose_database() -> None:
    raise psycopg.OperationalError("connection to 10.1.2.3 lost")


@pytest.fixture
def faulty(app: Litestar) -> Litestar:
    for handler in (refuse, refuse_by_area, break_down, lose_database):
        app.register(handler)
    return app


@pytest.mark.parametrize("path", OPEN_PAGES)
async def test_every_answer_has_its_guards(visitor: httpx.AsyncClient, path: str) -> None:
    headers = (await visitor.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8001" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["server-timing"].startswith("app;dur=")
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", OPEN_PAGES[:7])
async def test_no_page_holds_inline_style_or_script(visitor: httpx.AsyncClient, path: str) -> None:
    text = (await visitor.get(path)).text
    assert "<script>" not in text
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text
    assert 'src="http' not in text


async def test_a_personal_page_is_never_stored(app: Litestar) -> None:
    client = await portal.signed_in(app, MARIA)
    assert (await client.get("/appointments")).headers["cache-control"] == "no-store"
    assert (await client.get("/")).headers["cache-control"] == "no-store"
    assert (await portal.browser(app).get("/")).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nowhere", 404, "Такой страницы нет"),
        ("GET", "/appointments/not-an-id", 404, "Такой страницы нет"),
        ("PUT", "/", 405, "Такой страницы нет"),
        ("GET", "/clinics?patient=abc", 400, "Не получилось разобрать запрос"),
        ("GET", "/clinics/00000000-0000-0000-0000-000000000000", 404, "Такой страницы нет"),
        ("GET", "/fault/refusal", 409, "Сегодня &lt;b&gt;всех&lt;/b&gt; не принимают."),
        ("GET", "/fault/area", 409, NotYourArea().text),
        ("GET", "/fault/ours", 500, "Страница не открылась"),
        ("GET", "/fault/database", 503, "Портал временно недоступен"),
    ],
)
async def test_a_fault_is_a_calm_page(
    faulty: Litestar, method: str, path: str, status: int, words: str
) -> None:
    answer = await portal.browser(faulty).request(method, path)
    assert answer.status_code == status
    assert words in answer.text
    assert not any(trace in answer.text for trace in TRACES)


async def test_a_fault_of_the_error_page_itself_is_still_words_and_a_number(
    faulty: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(faulty.template_engine, JinjaTemplateEngine)
    monkeypatch.setattr(faulty.template_engine.engine, "loader", DictLoader({}))
    faulty.template_engine.engine.cache.clear()  # type: ignore[union-attr]
    answer = await portal.browser(faulty).get("/fault/ours")
    assert answer.status_code == 500
    assert answer.text.startswith("Страница не открылась. Номер обращения ")
    assert answer.headers["x-request-id"] in answer.text


async def test_the_number_on_the_page_is_the_one_in_the_log(
    faulty: Litestar, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await portal.browser(faulty).get("/fault/ours")
    number = answer.headers["x-request-id"]
    assert number in answer.text
    assert number in capsys.readouterr().out


def test_a_log_that_cannot_be_written_breaks_nothing() -> None:
    with open("/dev/full", "w") as full:
        told = subprocess.run(
            [sys.executable, "-c", _LOGGING], stderr=full, stdout=subprocess.PIPE, check=False
        )
    assert told.stdout.split() == [b"on"]
    assert told.returncode in (0, 120)  # what Python says at its end of a stream that takes nothing


_LOGGING = """
import logging
import structlog
from registratura.web import logs
logs.configure()
structlog.get_logger().error("fault")
logging.getLogger("library").error("fault")
print("on")
"""


async def test_the_log_tells_the_way_of_a_fault_and_nothing_of_people(
    faulty: Litestar, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = logging.getLogger().handlers[:]
    try:
        logs.configure()
        client = portal.browser(faulty)
        await client.get("/fault/ours?snils=11223344595")
        await client.get("/clinics?q=Иванова")
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        logging.getLogger().handlers = kept
        structlog.reset_defaults()
    assert [line["event"] for line in lines] == ["fault", "request", "request"]
    assert lines[0]["error"] == "RuntimeError"
    assert "test_answers.py" in lines[0]["trace"][-1]
    assert (lines[1]["path"], lines[1]["status"]) == ("/fault/ours", 500)
    assert lines[1]["request_id"] == lines[0]["request_id"]
    told = json.dumps(lines, ensure_ascii=False)
    assert "11223344595" not in told
    assert "Иванова" not in told


async def test_a_form_that_comes_too_slowly_is_not_waited_for(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sender was asked who he is when it began; meanwhile he may have signed out."""
    monkeypatch.setattr(around, "_LONGEST", 0.2)

    async def endless() -> AsyncIterator[bytes]:
        yield b"appointment=on"
        await asyncio.Event().wait()

    async with await portal.signed_in(app, MARIA) as maria:
        page = await maria.get("/profile")
        token = re.search(r'name="_csrf_token" value="(\w+)"', page.text)
        assert token is not None
        headers = {
            "X-CSRFToken": token[1],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with asyncio.timeout(10):
            answer = await maria.post("/profile/letters", content=endless(), headers=headers)
    assert answer.status_code == 400


async def test_a_portal_on_https_marks_its_cookies(database_url: str) -> None:
    configured = portal.settings(database_url, public_url="https://reg40.example")
    async with portal.running(configured) as app:
        answer = await portal.browser(app).get("/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-registratura_csrf=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "Path=/" in cookie
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_monitors_learn_whether_the_portal_is_ready(
    visitor: httpx.AsyncClient, app: Litestar
) -> None:
    assert (await visitor.get("/healthz")).json() == {"status": "ok"}
    assert (await visitor.get("/readyz")).json() == {"status": "ready"}
    assert "registratura_requests_total" in (await visitor.get("/metrics")).text
    await app.state.pool.close()
    lost: dict[str, Any] = (await visitor.get("/readyz")).json()
    assert lost == {"status": "database unreachable"}
