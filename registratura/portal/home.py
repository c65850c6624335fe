"""The portal's home and the short pages about itself."""

from datetime import datetime

from litestar import get
from litestar.response import Template

from registratura.db import Connection
from registratura.portal.children import search_offered
from registratura.settings import Settings
from registratura.web import Visitor, page


@get("/", name="home")
async def home(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor | None
) -> Template:
    """What the portal is for, and the ways in; to a parent, the children he may add."""
    offered = await search_offered(db, visitor, now=now, zone=settings.region_zone)
    return page("home/index.html", visitor=visitor, children=offered)


@get("/about/accessibility", name="accessibility")
async def accessibility(visitor: Visitor | None) -> Template:
    """What is done for people with disabilities, and what is not yet checked."""
    return page("about/accessibility.html", visitor=visitor)


@get("/about/personal-data", name="personal_data")
async def personal_data(visitor: Visitor | None) -> Template:
    """Which data the portal keeps, why, and who sees them."""
    return page("about/personal_data.html", visitor=visitor)
