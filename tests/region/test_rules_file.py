"""The file of the rules of booking: what a scope gets, and what the engine makes of it."""

from pathlib import Path
from typing import Any

from registratura.booking import rulebook
from registratura.db import Connection, value
from registratura.region import load
from registratura.region.report import Moved
from tests.given import region
from tests.given.people import NOW
from tests.region.test_booking_files import HOUSE, TODAY, folder, loaded, put

__all__ = ["folder"]


async def rules_of(db: Connection, code: str) -> Any:
    return await value(db, "select rules from department where code = %(code)s", code=code)


async def test_a_scope_gets_exactly_the_rules_of_the_file(db: Connection, folder: Path) -> None:
    await loaded(
        db,
        folder,
        "rules",
        [
            ("department", "child", "lead_minutes", "30"),
            ("department", "child", "quotas", '{"portal": 60}'),
            ("department", "far", "max_coming", "2"),
        ],
    )
    assert await rules_of(db, "child") == {"lead_minutes": 30, "quotas": {"portal": 60}}
    report = await loaded(
        db,
        folder,
        "rules",
        [("department", "child", "lead_minutes", "45"), ("department", "child", "unattached", "0")],
    )
    assert report.files["rules"] == Moved(rows=2, added=1, changed=1, removed=1)
    assert await rules_of(db, "child") == {"lead_minutes": 45, "unattached": False}
    assert await rules_of(db, "far") == {"max_coming": 2}, "not named, not touched"
    report = await loaded(db, folder, "rules", [("department", "child", "", "")])
    assert report.files["rules"].removed == 2
    assert await rules_of(db, "child") == {}


async def test_the_engine_obeys_the_rules_that_were_loaded(db: Connection, folder: Path) -> None:
    put(
        folder,
        "rules",
        [
            ("region", "", "horizon_days", "10"),
            ("organisation", "hospital", "horizon_days", "9"),
            ("position", "59", "horizon_days", "5"),
            ("post", "paediatrician", "horizon_days", "3"),
        ],
    )
    await load(db, folder, now=NOW)
    await region.open_days(db)
    last = {
        post: max(it.starts_at.date() for it in await region.free(db, post)) - TODAY
        for post in ("ent", "area-doctor", "paediatrician")
    }
    assert {post: it.days for post, it in last.items()} == {
        "ent": 9,
        "area-doctor": 5,
        "paediatrician": 3,
    }


def test_every_rule_is_in_the_paper() -> None:
    told = (HOUSE / "docs/region-format.md").read_text(encoding="utf-8")
    assert [it for it in rulebook.names() if f"`{it}`" not in told] == []
