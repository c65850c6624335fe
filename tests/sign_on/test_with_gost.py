"""The portal and the ЕСИА stand-in, both whole, with GOST on both sides."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest
from litestar import Litestar

from registratura.db import value
from registratura_ground import embedded
from registratura_ground.signing import gost_certificate_hash, keep_gost_identity
from registratura_standins.esia.app import create_app
from registratura_standins.esia.settings import Settings
from tests.given import portal
from tests.ground.openssl import needs_gost
from tests.sign_on import stand_in
from tests.sign_on.stand_in import MARIA, sign_in
from tests.sign_on.test_signing_in import go_to_esia

pytestmark = needs_gost
NAME = "esia_with_gost"


@pytest.fixture
async def esia(server: embedded.Server, tmp_path: Path) -> AsyncIterator[Litestar]:
    """The stand-in; it knows the portal by a certificate of GOST."""
    keep_gost_identity(tmp_path / "portal.key", tmp_path / "portal.crt", "REG40")
    server.ensure_role("esia")
    server.ensure_database(NAME, "esia")
    configured = Settings(
        database_url=server.url(NAME, "esia"),
        key_file=tmp_path / "esia.key",
        certificate_file=tmp_path / "esia.crt",
    )
    certificate = (tmp_path / "portal.crt").read_bytes()
    named = gost_certificate_hash(certificate)
    await stand_in.fill(configured.database_url, "gost", named, certificate)
    made = create_app(configured)
    async with portal.alive(made):
        yield made
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f'drop database "{NAME}" with (force)'.encode())


@pytest.fixture
async def app(database_url: str, esia: Litestar, tmp_path: Path) -> AsyncIterator[Litestar]:
    """The portal in the mode `gost`. Of the two certificates it trusts, the second is ЕСИА's."""
    configured = portal.settings(
        database_url,
        esia_mode="gost",
        esia_key_file=tmp_path / "portal.key",
        esia_certificate_file=tmp_path / "portal.crt",
        esia_trusted_files=(tmp_path / "portal.crt", tmp_path / "esia-gost.crt"),
    )
    async with portal.running(configured) as app:
        transport = httpx.ASGITransport(esia)  # type: ignore[arg-type]
        app.state.esia = replace(app.state.esia, http=httpx.AsyncClient(transport=transport))
        yield app


async def test_maria_signs_in_with_gost_signatures_and_gost_tokens(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    answer = await sign_in(maria, esia, MARIA)
    assert answer.headers["location"] == "/consent?next=%2Fappointments"
    async with app.state.pool.connection() as db:
        assert await value(db, "select last_name from account") == "Иванова"


async def test_a_portal_that_trusts_another_certificate_lets_nobody_in(
    app: Litestar, esia: Litestar, maria: httpx.AsyncClient
) -> None:
    app.state.esia = replace(app.state.esia, verifiers=app.state.esia.verifiers[:1])
    assert (await sign_in(maria, esia, MARIA)).status_code == 400


async def test_a_broken_signing_program_is_esia_that_does_not_answer(
    esia: Litestar, maria: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await go_to_esia(maria)
    monkeypatch.setenv("PATH", str(tmp_path))
    back = {"code": "a.b.c", "state": asked["state"]}
    answer = await portal.come_back(maria, back)
    assert answer.status_code == 503
    assert "ЕСИА сейчас не отвечает" in answer.text
    begun = await maria.get("/signin/esia?next=/appointments")
    assert begun.status_code == 503
    assert "ЕСИА сейчас не отвечает" in begun.text
    assert "Номер обращения" in begun.text
