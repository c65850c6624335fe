"""The stand-in as a program, and its pages apart from the wizard."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from psycopg_pool import PoolTimeout

from registratura_ground.refused import Refused
from registratura_standins.gosuslugi import catalogue
from registratura_standins.gosuslugi import settings as settings_module
from registratura_standins.gosuslugi.region import open_region
from registratura_standins.gosuslugi.settings import Settings, read_settings
from tests.esia_standin.browser import Page
from tests.gosuslugi_standin.federal import browser, send, signed_in, text_of

COMMAND = [sys.executable, "-m", "registratura_standins.gosuslugi.cli"]
DATABASE = {"GOSUSLUGI_DATABASE_URL": "postgresql:///nowhere"}


@pytest.mark.parametrize("path", ["/", "/catalogue", "/service", "/help"])
async def test_every_link_of_the_open_pages_leads_somewhere(federal: Litestar, path: str) -> None:
    user = browser(federal)
    page = await user.get(path)
    assert "Учебный стенд федерального портала" in text_of(page)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"\sstyle=|<script>|\son\w+=", page.text)
    for link in Page(page.text).links:
        if link.startswith(("http://127.0.0.1:800", "tel:")):
            continue
        target, _, anchor = link.partition("#")
        found = page if not target else await user.get(target)
        assert found.status_code in (200, 303), link
        assert not anchor or anchor in Page(found.text).ids, link


async def test_registration_leads_to_esia_and_entering_does_too(federal: Litestar) -> None:
    links = Page((await browser(federal).get("/")).text).links
    assert "http://127.0.0.1:8001/registration" in links
    assert "/signin" in links


async def test_its_cookies_have_names_of_their_own(federal: Litestar) -> None:
    user = browser(federal)
    await user.get("/")
    await user.get("/signin")
    assert set(user.cookies) == {"gosuslugi_csrf", "gosuslugi_signin"}


async def test_low_vision_settings_work_here_too(federal: Litestar) -> None:
    user = browser(federal)
    answer = await send(user, "/help", "/vision", size="xxl", scheme="blue", back="/help")
    assert answer.headers["location"] == "/help"
    assert 'data-size="xxl" data-scheme="blue"' in (await user.get("/")).text
    await send(user, "/", "/vision", reset="1", back="//evil.example")
    assert "data-size" not in (await user.get("/")).text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("записаться к врачу", "Записаться к врачу"),
        ("врача", "Записаться к врачу"),
        ("ребёнка", "Прикрепиться к поликлинике"),
        ("полис", "Полис ОМС"),
    ],
)
def test_a_service_is_found_by_its_words(typed: str, found: str) -> None:
    assert found in [it.name for it in catalogue.search(typed)]


async def test_what_is_not_found_is_said(federal: Litestar) -> None:
    page = text_of(await browser(federal).get("/catalogue?q=слон"))
    assert "Ничего не нашлось" in page


async def test_addresses_that_are_not_there_answer_calmly(federal: Litestar) -> None:
    user = await signed_in(federal)
    unknown = "00000000-0000-0000-0000-000000000000"
    for path in (
        "/nowhere",
        f"/booking/{unknown}/patient",
        f"/appointments/{unknown}",
        "/booking/7/time",
    ):
        answer = await user.get(path)
        assert answer.status_code == 404, path
        assert "Такой страницы нет" in text_of(answer)


async def test_without_a_database_the_page_says_so(federal: Litestar) -> None:
    user = await signed_in(federal)

    class Gone:
        def connection(self) -> None:
            raise PoolTimeout

    whole, federal.state.pool = federal.state.pool, Gone()
    answer = await user.get("/appointments")
    federal.state.pool = whole
    assert answer.status_code == 503
    assert "Страница не открылась" in text_of(answer)


def test_it_does_not_start_beside_real_patients() -> None:
    with pytest.raises(Refused, match="не запускается в рабочей среде"):
        read_settings({"REGISTRATURA_ENVIRONMENT": "production"})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("GOSUSLUGI_DATABASE_URL", ""),
        ("GOSUSLUGI_PORT", "a lot"),
        ("GOSUSLUGI_PUBLIC_URL", "localhost"),
        ("GOSUSLUGI_ESIA_URL", "http://a/b"),
        ("GOSUSLUGI_REGION_SECONDS", "0"),
        ("GOSUSLUGI_REGION_BASIC", "without a colon"),
        ("GOSUSLUGI_STATUS_BASIC", "name:"),
        ("GOSUSLUGI_DIALECT", "klingon"),
        ("GOSUSLUGI_TRAINING", "lose-everything"),
        ("REGISTRATURA_REGION_ZONE", "Europe/Kaluga"),
    ],
)
def test_a_wrong_setting_is_named(name: str, wrong: str) -> None:
    with pytest.raises(Refused, match=name):
        read_settings({**DATABASE, name: wrong})


def test_every_setting_is_in_the_operators_table(checkout: Path) -> None:
    told = (checkout / "docs/operations.md").read_text(encoding="utf-8")
    source = Path(settings_module.__file__).read_text(encoding="utf-8")
    names = set(re.findall(r"GOSUSLUGI_[A-Z_]+[A-Z]", source))
    names |= {
        f"GOSUSLUGI_{it}".upper() for it in re.findall(r'_file\(environment, "(\w+)"', source)
    }
    assert {it for it in names if f"`{it}`" not in told} == set()


def test_a_region_that_wants_a_password_gets_it() -> None:
    region = open_region(Settings(region_basic="epgu:sixteen-letters-long"))
    assert region.http.auth is not None
    asked = next(region.http.auth.sync_auth_flow(httpx.Request("POST", region.url)))
    assert asked.headers["Authorization"] == "Basic ZXBndTpzaXh0ZWVuLWxldHRlcnMtbG9uZw=="
    assert open_region(Settings()).http.auth is None


def test_settings_have_working_demo_values() -> None:
    settings = read_settings({**DATABASE, "REGISTRATURA_PUBLIC_URL": "http://127.0.0.1:9000/"})
    assert settings.region_url == "http://127.0.0.1:9000/federal/er"
    assert (settings.dialect, settings.training) == ("plain", ())


def run(variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GOSUSLUGI_")}
    return subprocess.run(
        [*COMMAND, *words],
        env={**kept, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_busy_port_and_an_absent_database_are_one_sentence_and_status_two(
    federal_settings: Settings, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        right = {
            "GOSUSLUGI_DATABASE_URL": federal_settings.database_url,
            "GOSUSLUGI_PORT": port,
            "GOSUSLUGI_STATUS_BASIC": federal_settings.status_basic,
        }
        ended = run(right, "serve")
    assert (ended.returncode, ended.stderr.strip()) == (
        2,
        f"Порт {port} занят или недоступен; другой задаёт переменная GOSUSLUGI_PORT.",
    )
    nobody = {name: text for name, text in right.items() if name != "GOSUSLUGI_STATUS_BASIC"}
    ended = run(nobody, "serve")
    assert (ended.returncode, ended.stderr.split()[3]) == (2, "GOSUSLUGI_STATUS_BASIC:")
    ended = run({"GOSUSLUGI_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "statuses")
    assert ended.returncode == 2
    assert ended.stderr.startswith("База данных стенда (GOSUSLUGI_DATABASE_URL) не отвечает")
    keys = {
        "GOSUSLUGI_KEY_FILE": str(tmp_path / "a.key"),
        "GOSUSLUGI_CERTIFICATE_FILE": str(tmp_path / "a.crt"),
    }
    assert run({**right, **keys}, "keep-identity").returncode == 0
    assert (tmp_path / "a.key").exists()
