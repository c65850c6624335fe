"""How a member of staff comes to work."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from litestar import Litestar

from registratura.people.accounts import Profile
from tests.given import portal

ENTER = "/desk/enter"


@asynccontextmanager
async def at_work(app: Litestar, who: Profile) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who signed in and works in the first of his roles."""
    async with await portal.signed_in(app, who) as client:
        role = re.search(r'name="role" value="([0-9a-f-]{36})"', (await client.get(ENTER)).text)
        assert role is not None, "no role"
        answer = await portal.submit(client, ENTER, {"role": role[1]}, seen_on=ENTER)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        yield client
