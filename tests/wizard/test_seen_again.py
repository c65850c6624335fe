"""The open pages of booking, seen again: the same while nothing changed, anew once it did."""

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection
from tests.given import portal, region
from tests.wizard.test_budgets import paths
from tests.wizard.test_wizard import own_id


@pytest.mark.parametrize("name", ["clinics", "positions", "doctors", "times"])
async def test_an_open_page_is_sent_again_only_after_a_change(
    app: Litestar, maria: httpx.AsyncClient, db: Connection, name: str
) -> None:
    path = (await paths(db))[name]
    async with portal.browser(app) as visitor:
        await visitor.get("/")
        tag = (await visitor.get(path)).headers["etag"]
        same = await visitor.get(path, headers={"If-None-Match": tag})
        assert (same.status_code, same.content) == (304, b"")
        form = {"patient": str(await own_id(db)), "slot": str(await region.free_slot(db))}
        assert (await portal.submit(maria, "/holds", form, "/profile")).status_code == 303
        after = await visitor.get(path, headers={"If-None-Match": tag})
        # A list of clinics tells no free times.
        assert after.status_code == (304 if name == "clinics" else 200)
