"""Step 5: check and book."""

from uuid import UUID

from litestar import get, post
from litestar.response import Redirect, Template

from registratura_standins.gosuslugi import asking, bookings
from registratura_standins.gosuslugi.forms import read_form
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.visitors import AnyRequest, Visitor


@get("/booking/{draft_id:uuid}/check", name="check")
async def show_check(visitor: Visitor, draft_id: UUID, changed: str = "") -> Template:
    """Everything that was chosen, each line with a way to change it."""
    draft = await visitor.draft(draft_id)
    draft.known, draft.chosen, draft.timed  # noqa: B018 - a missing step leads back to it
    return page("check.html", visitor=visitor, draft=draft, changed=changed == "1")


@post("/booking/{draft_id:uuid}/book", status_code=303)
async def book(request: AnyRequest, visitor: Visitor, draft_id: UUID) -> Redirect:
    """Ask the region, for what the page has shown; whatever it says stands on the booking's own
    page."""
    draft = await visitor.draft(draft_id)
    if (await read_form(request)).get("seen") != draft.seen:
        return redirect(f"/booking/{draft_id}/check?changed=1")
    line, oid = visitor.line, visitor.account.oid
    async with visitor.pool.connection() as db, db.transaction():
        booking_id, to_ask = await bookings.ask_for(db, draft, oid, line.lease, visitor.now)
    if to_ask:
        await visitor.wait_for(asking.ask_now(line, booking_id, visitor.now))
    return redirect(f"/appointments/{booking_id}")
