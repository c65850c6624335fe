"""One honest page, its own cookies, and no start beside real patients."""

import os
import re
import socket
import subprocess
import sys

import httpx
import pytest
from litestar import Litestar

from registratura_ground.refused import Refused
from registratura_standins.gosuslugi.app import create_app
from registratura_standins.gosuslugi.settings import Settings, read_settings


@pytest.fixture
def app() -> Litestar:
    return create_app(Settings())


def browser(app: Litestar) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8002")


async def test_the_page_says_what_it_will_be_and_promises_nothing_else(app: Litestar) -> None:
    answer = await browser(app).get("/")
    assert "Учебный стенд" in answer.text
    assert "записаться к врачу отсюда ещё нельзя" in answer.text
    links = set(re.findall(r'<a[^>]+href="([^"]+)"', answer.text))
    assert links == {"#main", "/", "http://127.0.0.1:8000/"}
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_its_cookies_have_its_own_name(app: Litestar) -> None:
    cookies = (await browser(app).get("/")).cookies
    assert set(cookies) == {"gosuslugi_csrf"}


async def test_low_vision_settings_work_here_too(app: Litestar) -> None:
    client = browser(app)
    page = (await client.get("/")).text
    token = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', page)
    assert token is not None
    form = {"size": "xxl", "scheme": "blue", "_csrf_token": token[1]}
    assert (await client.post("/vision", data=form)).status_code == 303
    assert 'data-size="xxl" data-scheme="blue"' in (await client.get("/")).text


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/healthz", 200)])
async def test_other_addresses_answer_calmly(app: Litestar, path: str, status: int) -> None:
    answer = await browser(app).get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_it_does_not_start_beside_real_patients() -> None:
    with pytest.raises(Refused, match="не запускается в рабочей среде"):
        read_settings({"REGISTRATURA_ENVIRONMENT": "production"})
    with pytest.raises(Refused, match="GOSUSLUGI_PORT"):
        read_settings({"GOSUSLUGI_PORT": "a lot"})


def test_a_busy_port_is_one_sentence_and_exit_status_two() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        command = [sys.executable, "-m", "registratura_standins.gosuslugi.cli", "serve"]
        environment = {**os.environ, "GOSUSLUGI_PORT": port}
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=30, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr.strip() == (
        f"Порт {port} занят или недоступен; другой задаёт переменная GOSUSLUGI_PORT."
    )
