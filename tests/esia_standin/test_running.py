"""The stand-in as a program: commands, refusals to start, two processes over one database."""

import os
import re
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.esia_standin.browser import Page
from tests.esia_standin.portal import Portal

COMMAND = [sys.executable, "-m", "registratura_standins.esia.cli"]


def environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Variables for one run; nothing of the tests' own ЕСИА settings leaks in."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ESIA_")}
    return {
        **kept,
        "ESIA_DATABASE_URL": url,
        "ESIA_KEY_FILE": str(folder / "esia.key"),
        "ESIA_CERTIFICATE_FILE": str(folder / "esia.crt"),
        **more,
    }


def run(variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *words], env=variables, capture_output=True, text=True, timeout=60
    )


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(variables: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Address and process of a stand-in that answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [*COMMAND, "serve"],
        env={**variables, "ESIA_PORT": str(port), "ESIA_PUBLIC_URL": address},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in range(300):
            assert process.poll() is None, process.communicate()[0]
            try:
                if httpx.get(f"{address}/healthz").json() == {"status": "ok"}:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_bad_settings_are_one_sentence_and_status_two(
    esia_database_url: str, tmp_path: Path
) -> None:
    right = environment(esia_database_url, tmp_path)
    (tmp_path / "broken.key").write_text("no key")
    (tmp_path / "broken.crt").write_text("no certificate")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        faulty = {
            "REGISTRATURA_ENVIRONMENT": "production",
            "ESIA_DATABASE_URL": "postgresql://esia@127.0.0.1:1/esia",
            "ESIA_PORT": str(taken.getsockname()[1]),
            "ESIA_PUBLIC_URL": "127.0.0.1:8001",
            "ESIA_KEY_FILE": str(tmp_path / "broken.key"),
        }
        for name, text in faulty.items():
            variables = {**right, name: text}
            if name == "ESIA_KEY_FILE":
                variables["ESIA_CERTIFICATE_FILE"] = str(tmp_path / "broken.crt")
            done = run(variables, "serve")
            assert done.returncode == 2, (name, done.stderr)
            assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert run({**right, "ESIA_PORT": "many"}, "serve").returncode == 2
    assert run({**right, "ESIA_DATABASE_URL": ""}, "migrate").returncode == 2


def test_a_client_is_registered_by_command_and_bad_input_is_one_sentence(
    esia_database_url: str, tmp_path: Path, portal: Portal
) -> None:
    variables = environment(esia_database_url, tmp_path)
    certificate = tmp_path / "portal.crt"
    certificate.write_text(portal.certificate_pem)
    given = ["register-client", "--mnemonic", "X", "--certificate", str(certificate)]
    assert run(variables, *given, "--host", "127.0.0.1:8000").returncode == 0
    assert run(variables, *given, "--host", "http://127.0.0.1:8000").returncode == 0
    for wrong in (
        [*given, "--host", "a b"],
        [*given, "--host", "portal.example/path"],
        [*given, "--host", "portal.example", "--scope", "openid nonsense"],
        [*given[:-1], str(tmp_path / "absent.crt"), "--host", "portal.example"],
    ):
        done = run(variables, *wrong)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_seeding_again_changes_nothing(esia_database_url: str, tmp_path: Path) -> None:
    variables = environment(esia_database_url, tmp_path)
    for _ in range(2):
        done = run(variables, "seed-demo")
        assert (done.returncode, done.stderr) == (0, "")


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
