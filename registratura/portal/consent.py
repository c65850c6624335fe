"""«Даю согласие»: asked once, at the first sign-in, before anything personal is shown."""

from datetime import datetime
from typing import Annotated

from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.people import consents
from registratura.portal.consent_text import CURRENT
from registratura.web import Visitor, has_session, page, redirect, safe_path, sessions
from registratura.web.requests import AnyRequest, cookies_of, has_consented

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/consent", name="consent", guards=[has_session])
async def ask(request: AnyRequest, newcomer: Visitor) -> Template | Redirect:
    """The text of the version in force; who agreed already is sent on."""
    next_path = safe_path(request.query_params.get("next"))
    if has_consented(request, newcomer):
        return redirect(next_path)
    return page(
        "consent/index.html",
        visitor=None,
        document=CURRENT,
        next_path=next_path,
        is_staff=newcomer.is_staff,
    )


@post("/consent", guards=[has_session])
async def give(
    request: AnyRequest,
    db: Connection,
    now: datetime,
    newcomer: Visitor,
    session_id: str,
    data: Form,
) -> Redirect:
    """Record it with version, hash and time. The text shown was another version: ask again."""
    next_path = safe_path(data.get("next"))
    if data.get("version") != CURRENT.version:
        return redirect("/consent")
    await consents.record(
        db,
        newcomer.account_id,
        document=CURRENT.document,
        version=CURRENT.version,
        text_sha256=CURRENT.sha256,
        now=now,
    )
    renewed = await sessions.renew(db, session_id)
    answer = redirect(next_path)
    answer.cookies.append(cookies_of(request).make("session", renewed))
    return answer
