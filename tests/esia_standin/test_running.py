"""The stand-in as a program: refusals to start, alone on a machine, two on one database."""

import re
import socket
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from registratura_ground.cluster import look_at_cluster
from registratura_standins.esia.demo_accounts import ACCOUNTS
from tests.esia_standin.browser import PASSWORD, Page
from tests.esia_standin.portal import Portal
from tests.esia_standin.program import COMMAND, environment, run, serving


def test_bad_settings_are_one_sentence_and_status_two(
    esia_database_url: str, tmp_path: Path
) -> None:
    right = environment(esia_database_url, tmp_path)
    (tmp_path / "broken.key").write_text("no key")
    (tmp_path / "broken.crt").write_text("no certificate")
    broken = {
        "ESIA_KEY_FILE": str(tmp_path / "broken.key"),
        "ESIA_CERTIFICATE_FILE": str(tmp_path / "broken.crt"),
    }
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for faulty in (
            {"REGISTRATURA_ENVIRONMENT": "production"},
            {"ESIA_DATABASE_URL": "postgresql://esia@127.0.0.1:1/esia"},
            {"ESIA_PORT": str(taken.getsockname()[1])},
            {"ESIA_PORT": "many"},
            {"ESIA_LISTEN": "256.0.0.1"},
            {"ESIA_PUBLIC_URL": "127.0.0.1:8001"},
            {"ESIA_REFRESH_BY_TOKEN": "maybe"},
            broken,
        ):
            done = run({**right, **faulty}, "serve")
            assert done.status == 2, faulty
            assert len(done.refusal.strip().splitlines()) == 1, done.refusal
    program = subprocess.run(
        [*COMMAND, "serve"],
        env={**right, "REGISTRATURA_ENVIRONMENT": "production"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (program.returncode, program.stderr.count("\n")) == (2, 1)


def test_seeding_again_changes_nothing(esia_database_url: str, tmp_path: Path) -> None:
    variables = environment(esia_database_url, tmp_path)
    for _ in range(2):
        assert run(variables, "seed-demo").status == 0


@pytest.fixture
def empty_folder(tmp_path: Path) -> Iterator[Path]:
    """Where nothing is yet; what the stand-in makes is removed."""
    yield tmp_path
    look_at_cluster(tmp_path / "var" / "esia" / "postgres").erase()  # as root it lies elsewhere


def test_it_starts_alone_from_an_empty_folder(
    empty_folder: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(empty_folder)
    variables = environment("", empty_folder, ESIA_KEY_FILE="", ESIA_CERTIFICATE_FILE="")
    (empty_folder / "portal.crt").write_text(portal.certificate_pem)
    with serving(variables, empty_folder) as (address, process):
        with httpx.Client(base_url=address) as browser:
            token = Page(browser.get("/login").text).forms[0][1]["_csrf_token"]
            fields = {"_csrf_token": token, "login": "maria@example.org", "password": PASSWORD}
            assert browser.post("/login", data=fields).headers["location"] == "/account"
        given = ["--mnemonic", "OTHER", "--certificate", "portal.crt", "--host", "other.example"]
        assert run(variables, "register-client", *given).status == 0  # beside the one that runs
        assert "OTHER" in run(variables, "list-clients").out
        key = empty_folder / "var" / "esia" / "esia.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        process.terminate()
        assert process.stdout
        shown = process.stdout.read()
        assert process.wait(timeout=30) == 0
    assert f"{address}/" in shown
    assert "+79000000001  Иванова Мария Петровна: обычный случай" in shown
    assert [one.phone for one in ACCOUNTS if one.phone not in shown] == []


def _fail_to_sign_in(address: str) -> str:
    with httpx.Client(base_url=address) as browser:
        token = Page(browser.get("/login").text).forms[0][1]["_csrf_token"]
        fields = {"_csrf_token": token, "login": "maria@example.org", "password": "wrong"}
        return browser.post("/login", data=fields).text


def test_two_processes_count_one_limit_and_log_nothing_personal(
    esia_database_url: str, tmp_path: Path
) -> None:
    variables = environment(esia_database_url, tmp_path)
    with serving(variables) as (one, first), serving(variables) as (other, _):
        assert stat.S_IMODE((tmp_path / "esia.key").stat().st_mode) == 0o600
        with ThreadPoolExecutor(4) as pool:
            pages = list(pool.map(_fail_to_sign_in, [one, other] * 3))
        assert all("Не удалось войти" in page for page in pages)
        for address in (one, other):
            with httpx.Client(base_url=address) as browser:
                token = Page(browser.get("/login").text).forms[0][1]["_csrf_token"]
                right = {"login": "112-233-445 95", "password": "Registratura-40"}
                answer = browser.post("/login", data={"_csrf_token": token, **right})
                assert answer.status_code == 422
                browser.get("/aas/oauth2/v2/ac?client_id=REG40&client_secret=hush")
        first.terminate()
        assert first.stdout
        log = first.stdout.read()
    assert "sign_in_failed" in log
    assert not re.search(
        r"112-?233|445\W?95|maria|wrong|Registratura-40|hush|client_secret|csrf", log
    )


def _ask_recovery(address: str, told: str) -> int:
    with httpx.Client(base_url=address) as browser:
        token = Page(browser.get("/recovery").text).forms[0][1]["_csrf_token"]
        fields = {"_csrf_token": token, "login": "nobody@example.org"}
        headers = {"X-Forwarded-For": told}
        return browser.post("/recovery", data=fields, headers=headers).status_code


def test_an_address_is_told_by_named_proxies_only(esia_database_url: str, tmp_path: Path) -> None:
    """Else whoever writes the header has as many tries as there are addresses."""
    variables = environment(esia_database_url, tmp_path)
    with serving(variables) as (address, _):
        statuses = [_ask_recovery(address, f"192.0.2.{number}") for number in range(31)]
        assert statuses == [303] * 30 + [429]
    named = {**variables, "ESIA_TRUSTED_PROXIES": "127.0.0.1 10.0.0.0/8"}
    with serving(named) as (address, _):
        assert _ask_recovery(address, "127.0.0.1") == 429
        assert _ask_recovery(address, "192.0.2.99") == 303
        assert _ask_recovery(address, "192.0.2.98, 127.0.0.1") == 303
    assert run({**variables, "ESIA_TRUSTED_PROXIES": "everybody"}, "serve").status == 2
