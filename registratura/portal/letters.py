"""«О чём писать на почту»: the choice of letters."""

from datetime import datetime
from typing import Annotated

from litestar import post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from registratura.db import Connection
from registratura.notices import choices
from registratura.web import Visitor, redirect, signed_in

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/profile/letters", name="letters", guards=[signed_in])
async def choose(db: Connection, now: datetime, visitor: Visitor, data: Form) -> Redirect:
    """«Сохранить»: letters of the kinds that are ticked; each box has its kind for a name."""
    await choices.choose(db, visitor.account_id, data.keys(), now=now)
    return redirect("/profile#letters")
