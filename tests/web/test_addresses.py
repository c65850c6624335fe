"""Limits by address: behind a proxy of ours they count the caller, else whoever knocks."""

from litestar import Litestar

from registratura.db import Connection, value
from registratura.setting_callers import Networks
from tests.given import federal, portal

PROXY = "10.0.0.9"


async def start(app: Litestar, peer: str, forwarded: str) -> None:
    """A browser at `peer` begins to sign in."""
    async with federal.caller(app, client=(peer, 40000)).client as client:
        answer = await client.get("/signin/esia", headers={"x-forwarded-for": forwarded})
        assert answer.status_code == 303


async def counted(db: Connection, address: str) -> int:
    found: int | None = await value(
        db,
        "select sum(count) from limit_counter where name = 'signin.start' and key = %(it)s",
        it=address,
    )
    return int(found or 0)


async def test_sign_ins_are_counted_by_the_caller_behind_our_proxy_and_by_no_forged_address(
    db: Connection, database_url: str
) -> None:
    settings = portal.settings(database_url, trusted_proxies=Networks(PROXY))
    async with portal.running(settings) as app:
        await start(app, PROXY, "203.0.113.7")
        await start(app, PROXY, "198.51.100.1, 203.0.113.7")
        await start(app, "198.51.100.4", "203.0.113.7")
    assert await counted(db, "203.0.113.7") == 2
    assert await counted(db, "198.51.100.4") == 1
    assert await counted(db, PROXY) == 0
