"""Only the region, by its name and password, pushes statuses and reads the list of them."""

import base64
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from registratura_standins.gosuslugi.database import Connection, value
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import REGION, browser
from tests.gosuslugi_standin.test_statuses import message

STATUS, LIST = "/fer/status", "/fer/statuses"
RMIS = "conc-00000-rmis"


def basic(text: str) -> str:
    """The value of Authorization."""
    return f"Basic {base64.b64encode(text.encode()).decode()}"


STRANGERS = {
    "nobody": {},
    "no password": {"Authorization": basic(REGION[0])},
    "wrong password": {"Authorization": basic(f"{REGION[0]}:guess")},
    "wrong name": {"Authorization": basic(f"another:{REGION[1]}")},
    "other kind": {"Authorization": f"Bearer {REGION[1]}"},
    "no letters": {"Authorization": "Basic \xff\xfe"},
    "empty": {"Authorization": basic(":")},
}


def whole_day() -> dict[str, str]:
    """The query of the list."""
    now = datetime.now(UTC)
    return {"rmis": RMIS, "from": now.isoformat(), "to": (now + timedelta(days=2)).isoformat()}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
async def test_a_stranger_neither_tells_nor_hears(
    federal: Litestar, federal_db: Connection, headers: dict[str, str]
) -> None:
    stranger = browser(federal)
    raw = {name: text.encode("latin-1") for name, text in headers.items()}
    told = await stranger.post(
        STATUS, content=envelopes.envelope(message("CANCELED")), headers=list(raw.items())
    )
    heard = await stranger.get(LIST, params=whole_day(), headers=list(raw.items()))
    for answer in (told, heard):
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["www-authenticate"].startswith("Basic ")
    assert await value(federal_db, "select count(*) from pushed_status") == 0


@pytest.mark.parametrize("theirs", ["conc-00001-rmis", ""])
async def test_another_region_is_refused_for_good(
    federal: Litestar, federal_db: Connection, theirs: str
) -> None:
    region = browser(federal)
    region.auth = httpx.BasicAuth(*REGION)
    foreign = envelopes.envelope(message("CANCELED").replace(RMIS, theirs))
    answer = await region.post(STATUS, content=foreign)
    assert "FAILURE_OPERATION" in answer.text
    assert await value(federal_db, "select count(*) from pushed_status") == 0
    assert (await region.get(LIST, params={**whole_day(), "rmis": theirs})).status_code == 403
    assert (await region.get(LIST, params=whole_day())).status_code == 200
