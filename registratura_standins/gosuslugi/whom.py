"""Step 1: who goes to the doctor."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.response import Redirect, Response, Template

from registratura_standins.gosuslugi import drafts
from registratura_standins.gosuslugi.drafts import Draft
from registratura_standins.gosuslugi.forms import read_form
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.visitors import AnyRequest, Visitor

_CHOICES: dict[str, drafts.Whom] = {"self": "self", "child": "child", "other": "other"}


@get("/booking", name="whom")
async def ask_whom(visitor: Visitor) -> Template:
    """A new visit of the wizard."""
    return _show(visitor, None)


@get("/booking/{draft_id:uuid}/whom", name="whom_again")
async def ask_whom_again(visitor: Visitor, draft_id: UUID) -> Template:
    """The same question of a draft that is under way."""
    return _show(visitor, await visitor.draft(draft_id))


@post("/booking", status_code=303)
async def begin(request: AnyRequest, visitor: Visitor) -> Response[Any]:
    """The draft begins here, and with it a session with the region."""
    whom = _CHOICES.get((await read_form(request)).get("whom", ""))
    if whom is None:
        return _show(visitor, None, failed=True)
    async with visitor.pool.connection() as db:
        draft_id = await drafts.begin(db, visitor.session, whom, visitor.now)
    return redirect(f"/booking/{draft_id}/patient")


@post("/booking/{draft_id:uuid}/whom", status_code=303)
async def change(request: AnyRequest, visitor: Visitor, draft_id: UUID) -> Redirect:
    """Another answer: the patient has to be named anew."""
    draft = await visitor.draft(draft_id)
    whom = _CHOICES.get((await read_form(request)).get("whom", ""), draft.whom)
    async with visitor.pool.connection() as db:
        await drafts.keep_whom(db, draft, whom, visitor.now)
    return redirect(f"/booking/{draft.id}/patient")


def _show(visitor: Visitor, draft: Draft | None, *, failed: bool = False) -> Template:
    return page(
        "whom.html",
        visitor=visitor,
        status=422 if failed else 200,
        action=f"/booking/{draft.id}/whom" if draft else "/booking",
        whom=draft.whom if draft else "",
        failed=failed,
    )
