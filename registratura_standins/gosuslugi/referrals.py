"""Step 3 by a referral: those that the region has told of, or one by its number."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.response import Response, Template

from registratura_standins.gosuslugi.answers import RegionSays
from registratura_standins.gosuslugi.drafts import Draft
from registratura_standins.gosuslugi.forms import read_form
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.visitors import AnyRequest, Visitor

WORDS = {
    "REFERRAL_NOT_FOUND": "Направления с таким номером у этого пациента нет. Проверьте номер.",
    "REFERRAL_PERIOD_HAS_EXPIRED": "Срок направления закончился. Попросите врача выдать новое.",
    "MO_NOT_CONNECTED_REFERRAL": "Клиника этого направления ещё не принимает записи отсюда.",
    "APPOINT_PATIENT_REGISTERED_SPECIALIST": "По этому направлению уже записаны.",
}


@get("/booking/{draft_id:uuid}/referral", name="referral")
async def ask_referral(visitor: Visitor, draft_id: UUID, number: str = "") -> Template:
    """The number, filled with what was typed, and the referrals that are known already."""
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    return _show(visitor, talk.draft, number[:100])


@post("/booking/{draft_id:uuid}/referral", status_code=303)
async def find_referral(request: AnyRequest, visitor: Visitor, draft_id: UUID) -> Response[Any]:
    """On to the doctors to whom it leads; what the region says of it otherwise."""
    talk = await visitor.conversation(await visitor.draft(draft_id)).identified()
    number = (await read_form(request)).get("number", "").strip()
    if not number:
        return _show(visitor, talk.draft, fault="Введите номер направления", status=422)
    try:
        talk, referral = await talk.find_referral(number)
    except RegionSays as said:
        fault = WORDS.get(said.code, said.message)
        return _show(visitor, talk.draft, number, fault, status=422)
    if not referral.usable:
        fault = referral.why_not or "По этому направлению записать отсюда нельзя."
        return _show(visitor, talk.draft, number, fault, status=422)
    query = urlencode({"referral": referral.id})
    return redirect(f"/booking/{talk.draft.id}/doctors?{query}")


def _show(
    visitor: Visitor, draft: Draft, number: str = "", fault: str = "", status: int = 200
) -> Template:
    return page(
        "referral.html", visitor=visitor, status=status, draft=draft, number=number, fault=fault
    )
