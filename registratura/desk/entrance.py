"""The way to the desk and back: a role is taken up, and left, under a new session id each time."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import ValidationException
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.desk.pages import desk_page
from registratura.people import staff_roles
from registratura.settings import Settings
from registratura.web import Visitor, has_session, on_duty, redirect, safe_path
from registratura.web import duty as duties
from registratura.web.dates import region_day
from registratura.web.paths import with_next
from registratura.web.requests import AnyRequest, cookies_of

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/enter", name="enter_desk", guards=[has_session])
async def ask(
    request: AnyRequest, db: Connection, now: datetime, settings: Settings, newcomer: Visitor
) -> Template:
    """«Рабочее место» in one of one's roles, or «Личный кабинет»; who has no role is told so."""
    today = region_day(now, settings.region_zone)
    roles = await staff_roles.search_living(db, newcomer.account_id, today=today)
    return desk_page(
        "enter.html",
        None,
        status=200 if roles else 403,
        roles=roles,
        owner=newcomer.owner,
        next_path=desk_path(request.query_params.get("next")),
    )


@post("/enter", guards=[has_session])
async def enter(
    request: AnyRequest,
    db: Connection,
    now: datetime,
    settings: Settings,
    session_id: str,
    data: Form,
) -> Redirect:
    """To work, if the role still lives; else the same page says what is left."""
    next_path = desk_path(data.get("next"))
    try:
        role_id = UUID(data.get("role", ""))
    except ValueError:
        raise ValidationException("field role") from None
    today = region_day(now, settings.region_zone)
    new_id = await duties.begin(db, session_id, role_id, now=now, today=today)
    if new_id is None:
        return redirect(with_next("/desk/enter", next_path))
    answer = redirect(next_path)
    answer.cookies.append(cookies_of(request).make("session", new_id))
    return answer


@post("/leave", name="leave_desk", guards=[on_duty])
async def leave(request: AnyRequest, db: Connection, session_id: str) -> Redirect:
    """From work to one's own «Личный кабинет»."""
    new_id = await duties.leave(db, session_id)
    answer = redirect("/profile")
    answer.cookies.append(cookies_of(request).make("session", new_id))
    return answer


def desk_path(candidate: object) -> str:
    """`candidate` if it is a page of the desk, else the first one."""
    path = safe_path(candidate, "/desk")
    inside = path == "/desk" or path.startswith(("/desk/", "/desk?"))
    return path if inside and not path.startswith("/desk/enter") else "/desk"
