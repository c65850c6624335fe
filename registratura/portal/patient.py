"""The patient chosen in the header's drop-down: the default of new bookings, no more."""

from typing import Annotated

from litestar import post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from registratura.db import Connection
from registratura.web import Visitor, redirect, safe_path, sessions, signed_in

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/patient", name="choose_patient", guards=[signed_in])
async def choose(db: Connection, visitor: Visitor, session_id: str, data: Form) -> Redirect:
    """Make `patient` the default and begin a booking (or go to `back`); 404 for a stranger."""
    patient = visitor.get_patient(data.get("patient"))
    await sessions.choose_patient(db, session_id, patient.person_id)
    return redirect(safe_path(data.get("back"), "/clinics"))
