"""The portal itself, running over a test's database, and browsers that visit it."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import mkdtemp

import httpx
from litestar import Litestar

from registratura.app import create_app, make_state
from registratura.db import Pool
from registratura.people import accounts, consents
from registratura.people.accounts import Profile
from registratura.portal.consent_text import CURRENT
from registratura.settings import Settings
from registratura.web import sessions
from registratura_ground.signing import keep_rsa_identity
from tests.given import apps

ADDRESS = "http://127.0.0.1:8000"


@cache
def keys() -> Path:
    """A folder with the registry's and ЕСИА's keys and certificates, made once a run."""
    folder = Path(mkdtemp(prefix="registratura-keys-"))
    for name in ("registratura", "esia"):
        keep_rsa_identity(folder / f"{name}.key", folder / f"{name}.crt", name)
    return folder


def settings(database_url: str, **changes: object) -> Settings:
    """Settings of a portal over that database."""
    ordinary = Settings(
        database_url=database_url,
        esia_key_file=keys() / "registratura.key",
        esia_certificate_file=keys() / "registratura.crt",
        esia_trusted_files=(keys() / "esia.crt",),
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def running(configured: Settings) -> AsyncIterator[Litestar]:
    """The portal, started, without a socket."""
    key = ("registry", replace(configured, database_url=""))
    made = apps.borrowed(key, lambda: create_app(configured), lambda: make_state(configured))
    with made as app:
        async with alive(app):
            yield app


@asynccontextmanager
async def alive(app: Litestar) -> AsyncIterator[None]:
    """Any application between its start and its end."""
    started, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:  # a fixture ends in another task than it began in
        async with app.lifespan():
            started.set()
            await over.wait()

    life = asyncio.create_task(live())
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not started.is_set():
        waiting.cancel()
        await life
    yield
    over.set()
    await life


def browser(app: Litestar) -> httpx.AsyncClient:
    """A browser that has never been here. It follows no redirect by itself."""
    settings: Settings = app.state.settings
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),  # type: ignore[arg-type]
        base_url=settings.public_url,
        trust_env=False,
    )


async def session_of(app: Litestar, profile: Profile, *, now: datetime | None = None) -> str:
    """The id of a session that this person began at `now`, consent given."""
    now = now or datetime.now(UTC)
    pool: Pool = app.state.pool
    async with pool.connection() as db:
        account = await accounts.sign_in(db, profile, now=now)
        await consents.record(
            db,
            account.id,
            document=CURRENT.document,
            version=CURRENT.version,
            text_sha256=CURRENT.sha256,
            now=now,
        )
        return await sessions.begin(
            db, account_id=account.id, patient_id=account.person_id, replaces=None, now=now
        )


async def signed_in(app: Litestar, profile: Profile) -> httpx.AsyncClient:
    """The browser of somebody who signed in just now and agreed."""
    return with_session(app, await session_of(app, profile))


def with_session(app: Litestar, session_id: str) -> httpx.AsyncClient:
    """A browser that holds the cookie of that session."""
    client = browser(app)
    client.cookies.set("registratura_session", session_id, domain=client.base_url.host)
    return client


async def submit(
    client: httpx.AsyncClient, path: str, form: dict[str, str], seen_on: str = "/"
) -> httpx.Response:
    """Send a form as the page `seen_on` would: with the token that stands there."""
    token = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', (await client.get(seen_on)).text)
    assert token is not None, f"no form on {seen_on}"
    return await client.post(path, data={**form, "_csrf_token": token[1]})


async def come_back(client: httpx.AsyncClient, back: Mapping[str, str]) -> httpx.Response:
    """The browser comes back from ЕСИА with that; where the sign-in did not end well, the page of
    it, at an address of its own."""
    answer = await client.get("/signin/done", params=back)
    if answer.headers.get("location", "").startswith("/signin/unfinished?"):
        answer = await client.get(answer.headers["location"])
    return answer


def words_of(answer: httpx.Response) -> str:
    """What stands on the page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
