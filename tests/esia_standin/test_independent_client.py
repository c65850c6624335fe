"""A client that others wrote, from a public registry, signs on and reads what it may."""

import fcntl
import json
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.esia_standin.browser import PASSWORD, Page
from tests.esia_standin.by_openssl import ProgramPortal, make_program_portal
from tests.esia_standin.portal import REDIRECT
from tests.esia_standin.program import run
from tests.ground.openssl import needs_gost

HERE = Path(__file__).parent / "independent"
CACHE = Path(__file__).parents[2] / "var" / "tests" / "esia-connector"


@pytest.fixture(scope="session")
def connector() -> Path:
    """Python of an environment that holds the client and nothing of ours; made once."""
    wanted = (HERE / "requirements.txt").read_text()
    CACHE.mkdir(parents=True, exist_ok=True)
    python, mark = CACHE / "venv" / "bin" / "python", CACHE / "installed"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists() or mark.read_text() != wanted:
            _install(python, os.environ.get("CI") == "true")
            mark.write_text(wanted)
    return python


def _install(python: Path, must: bool) -> None:
    pip = [str(python), "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")]
    for command in ([sys.executable, "-m", "venv", "--clear", str(CACHE / "venv")], pip):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode != 0 and not must:
            pytest.skip("the independent client cannot be installed here")
        assert done.returncode == 0, done.stderr


def walk(address: str, url: str) -> dict[str, str]:
    """A person at ЕСИА's pages: login, consent; the fields that come back to the client."""
    with httpx.Client(base_url=address) as browser:
        asked = browser.get(url)
        page = browser.get(asked.headers["location"])
        ((form, fields),) = [one for one in Page(page.text).forms if one[0]["action"] == "/login"]
        typed = {**fields, "login": "112-233-445 95", "password": PASSWORD}
        signed = browser.post(form["action"], data=typed)
        consent = browser.get(signed.headers["location"])
        forms = [one for one in Page(consent.text).forms if one[0]["action"] == "/consent"]
        granted = browser.post("/consent", data={**forms[0][1], "grant": "1"})
    back = granted.headers["location"]
    assert back.startswith(REDIRECT)
    return {name: found[0] for name, found in parse_qs(urlsplit(back).query).items()}


def sign_on(
    connector: Path, portal: ProgramPortal, running_esia: tuple[str, dict[str, str]], **more: str
) -> dict[str, Any]:
    """Everything that the client reads after a sign-on against a stand-in that runs."""
    address, variables = running_esia
    words = ["register-client", "--mnemonic", portal.mnemonic, "--mode", portal.mode]
    certificate = str(portal.bench.folder / "crt")
    host = ["--host", "http://127.0.0.1:8000", "--certificate", certificate]
    assert run(variables, *words, *host).status == 0
    settings = {
        "PATH": os.environ["PATH"],
        "CONNECTOR_MNEMONIC": portal.mnemonic,
        "CONNECTOR_REDIRECT": REDIRECT,
        "CONNECTOR_CERTIFICATE": certificate,
        "CONNECTOR_KEY": str(portal.bench.folder / "key"),
        "CONNECTOR_ESIA": address,
        **more,
    }
    if portal.mode == "rsa":
        settings["CONNECTOR_TRUSTED"] = _trusted(address, portal)
    back = walk(address, _tell(connector, settings, "url"))
    told = _tell(connector, settings, "read", back["code"], back["state"])
    found: dict[str, Any] = json.loads(told)
    return found


def _trusted(address: str, portal: ProgramPortal) -> str:
    """A file with the public key of the certificate that ЕСИА hands out."""
    packed = httpx.get(f"{address}/public/esia.zip").content
    folder = portal.bench.folder
    (folder / "esia").write_bytes(zipfile.ZipFile(BytesIO(packed)).read("RSA/esia.crt"))
    (folder / "esia.pub").write_bytes(portal.bench.run("x509", "-in", "esia", "-noout", "-pubkey"))
    return str(folder / "esia.pub")


def _tell(connector: Path, settings: dict[str, str], *words: str) -> str:
    command = [str(connector), str(HERE / "by_connector.py"), *words]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def check(found: dict[str, Any]) -> None:
    """Мария as ЕСИА knows her."""
    assert found["person"]["lastName"] == "Иванова"
    assert found["person"]["snils"] == "112-233-445 95"
    assert found["person"]["trusted"] is True
    contacts = {one["type"]: one["value"] for one in found["contacts"]["elements"]}
    assert contacts == {"MBT": "+7(900)0000001", "EML": "maria@example.org"}
    assert {one["type"] for one in found["addresses"]["elements"]} >= {"PRG"}
    assert {"RF_PASSPORT", "MDCL_PLCY"} <= {one["type"] for one in found["documents"]["elements"]}


def test_an_independent_client_signs_on_with_rsa_and_believes_the_token(
    connector: Path, running_esia: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    portal = make_program_portal(tmp_path / "portal", "rsa", "BY_RSA")
    check(sign_on(connector, portal, running_esia))


@needs_gost
def test_an_independent_client_signs_on_with_gost(
    connector: Path, running_esia: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    portal = make_program_portal(tmp_path / "portal", "gost", "BY_GOST")
    # The client always says `-md sha256`, which no GOST key signs with: the program that it calls
    # is told the digest of GOST instead. Nothing else of the client is touched.
    programs = tmp_path / "programs"
    programs.mkdir()
    shim = programs / "openssl"
    shim.write_text(
        "#!/bin/sh\n"
        f"PATH={os.environ['PATH']!r}\n"
        'exec openssl $(printf "%s " "$@" | sed "s/-md sha256/-md md_gost12_256/")\n'
    )
    shim.chmod(0o700)
    found = sign_on(
        connector,
        portal,
        running_esia,
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        OPENSSL_CONF=str(portal.bench.folder / "gost.cnf"),
    )
    check(found)
